"""Only the first request of a connection."""

from faults.selection.selector import Selector

SELECTOR = Selector("new_connections", lambda _: lambda traits: traits.first)
