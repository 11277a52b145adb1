"""Whether the load's own requests can be what a fault's `match:` means. Pure.

What a dialect writes is known before a run: path, method, model, and whether a stream is asked for.
Nothing is known of what a gateway under test sends on, nor of what strangers ask.
"""

from typing import Final
from urllib.parse import urlsplit

import msgspec

from experiments.model import Endpoint, Experiment, Fault
from faults.selection.match import Match
from faults.selection.matcher import Matcher
from faults.traits import Traits
from providers.catalog import make_dialect
from providers.dialect import Question
from providers.grpc import message_bytes

UNFORESEEN: Final = {"header": {}, "key_hash": (), "prompt": "", "body_hash": ()}
"""What differs from request to request, or from host to host; with what asks nothing of it."""


def unmet(fault: Fault, experiment: Experiment) -> str:
    """Say what a fault means and nobody asks; empty where it may be asked, or nothing is known."""
    if fault.match is None or experiment.gateway is not None or experiment.bystanders:
        return ""
    wanted = msgspec.structs.replace(fault.match, new_connections=False, **UNFORESEEN)
    matcher = Matcher(wanted)
    asked = [_asked(experiment.endpoint(name), stream=experiment.load.stream) for name in fault.at]
    if any(matcher.matches(traits) for traits in asked):
        return ""
    return "; ".join(
        f"{name} is asked for {_told(traits, wanted)}"
        for name, traits in zip(fault.at, asked, strict=True)
    )


def _asked(endpoint: Endpoint, *, stream: bool) -> Traits:
    dialect = make_dialect(endpoint.dialect)
    path = "" if endpoint.base_url is None else urlsplit(endpoint.base_url).path
    question = Question(prompt="", max_output_tokens=1, stream=stream)
    request = dialect.request(question, path, "")
    body = message_bytes(request.body) if dialect.grpc else request.body
    head = f"{request.method} {request.target} HTTP/1.1\r\n\r\n".encode()
    return Traits(head.lower(), head=head, body=lambda: body)


def _told(traits: Traits, wanted: Match) -> str:
    known = {"path": traits.path, "method": traits.method, "model": traits.model}
    said = {**known, "stream": str(traits.stream).lower()}
    return ", ".join(
        f"{name} {said[name]}" for name in said if getattr(wanted, name) != getattr(Match(), name)
    )
