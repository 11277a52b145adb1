"""Keeps an endpoint's credential fresh beside the load: no request waits for a token."""

import math
from collections.abc import Callable

from loadgen.endpoint import Endpoint
from providers.access_token import CredentialError

LOOK_EVERY_S = 30.0
"""How long to wait at the most: the wall clock may be set while a run is under way."""


def keep_fresh(
    endpoint: Endpoint,
    now_s: Callable[[], float],
    wait: Callable[[float], object],
    complain: Callable[[str], object],
) -> None:
    """Refresh a credential whenever it is due, until `wait` says that all is over.

    `wait` gets seconds; what it returns is true at the end. `complain` gets a line about each
    refresh that failed: the old credential stays in use, and the next try is soon due.
    """
    credential = endpoint.credential
    while math.isfinite(credential.refresh_due_at_s):
        left_s = credential.refresh_due_at_s - now_s()
        if wait(min(max(0.0, left_s), LOOK_EVERY_S)):
            return
        if now_s() < credential.refresh_due_at_s:
            continue
        try:
            credential.refresh()
        except CredentialError as error:
            complain(f"endpoint {endpoint.name}: {error}\n")
