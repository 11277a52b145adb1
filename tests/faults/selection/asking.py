"""Asks a `match:` about requests."""

from faults.heads import HEAD_END
from faults.question import plain_body
from faults.request import Request
from faults.selection.match import Match
from faults.selection.matcher import Matcher
from faults.traits import Traits
from tests.live.said import request

AZURE = b"/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
VERTEX = b"/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-flash:"


def traits_of(raw: bytes = b"", *, first: bool = False) -> Traits:
    """Read a request as a proxy does."""
    head, _, body = (raw or request(b"{}")).partition(HEAD_END)
    whole = head + HEAD_END
    told = Request(whole, whole.lower(), None, None)
    return told.traits(first=first, body=lambda: plain_body(told, body))


def meant(match: Match, raw: bytes = b"", *, first: bool = False) -> bool:
    """Tell whether a request is meant."""
    return Matcher(match).matches(traits_of(raw, first=first))


def needs_body(match: Match, raw: bytes) -> bool:
    """Tell whether its head does not say it all."""
    return Matcher(match).needs_body(traits_of(raw))
