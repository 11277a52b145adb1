"""What the command line says about serving, checked: how long faults live, and who may control."""

import os
from collections.abc import Mapping

import msgspec

from experiments.reading.nearest import nearest
from experiments.reading.problems import UsageError
from experiments.running.injected import duration
from experiments.serving.served import Served
from experiments.serving.supervisor import Api
from faults.api.allowed import Allowed, is_loopback
from faults.api.placing import Terms
from faults.plain.proxy import plain_address
from providers.catalog import http_dialects

TOKEN_VARIABLE = "CROSSWIND_TOKEN"
DEFAULT_API = "127.0.0.1:8474"
OFF = "off"


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The command line's words."""

    api: str | None = None
    max_ttl: str = "10m"
    allow_upstream: tuple[str, ...] = ()
    dialect: str = "openai-chat"
    workers: int = 1
    fault_headers: float = 0.0

    def api_for(self, served: Served, environment: Mapping[str, str] = os.environ) -> Api:
        """Return where the API listens: for an experiment only where it is told; UsageError."""
        wanted = self.api or (DEFAULT_API if served.experiment is None else OFF)
        if wanted == OFF:
            return Api()
        try:
            host, port = plain_address(wanted)
        except ValueError as error:
            raise UsageError(f"--api {error}, such as {DEFAULT_API}, or {OFF}") from error
        token = environment.get(TOKEN_VARIABLE, "")
        if not (token or is_loopback(host)):
            raise UsageError(
                f"--api {wanted}: other machines could control it; put a token into "
                f"{TOKEN_VARIABLE}, which they then have to send"
            )
        return Api(host=host, port=port, token=token)


def terms_of(options: Options) -> Terms:
    """Return what the API grants; raises UsageError."""
    dialects = tuple(http_dialects())
    if options.dialect not in dialects:
        hint = nearest(options.dialect, dialects)
        meant = f"; did you mean {hint}?" if hint else f"; there are {', '.join(dialects)}"
        raise UsageError(f"--dialect: no dialect is called {options.dialect}{meant}")
    return Terms(
        allowed=Allowed(upstreams=options.allow_upstream),
        max_ttl_s=duration(options.max_ttl, "--max-ttl"),
        dialect=options.dialect,
        dialects=dialects,
        workers=options.workers,
        header_share=options.fault_headers / 100,
    )
