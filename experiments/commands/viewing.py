"""`view`: a run on a local page."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from typing import Annotated

import typer

from experiments.commands.arguments import RunArgument

PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Listen there; 0 takes any free port.")
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the page in the browser, too.")]


def view(
    run: RunArgument,
    port: PortOption = 0,
    open_: OpenOption = False,  # noqa: FBT002 - how typer declares a switch
) -> None:
    """Look at a run, exchange by exchange, on a local page.

    The timeline, every exchange in a list to filter, and each one's attempts and events. The page
    is served on 127.0.0.1 alone and asks nothing of the network; its address keeps what is shown,
    and ? lists its keys. A run that is still going on is shown as far as it has come. Ends with
    Ctrl-C.

    For example:

      crosswind view runs/20261122T230146Z-azure-outage-1a2b3c4d

      crosswind view runs/2026... --port 8080 --open
    """
    from experiments.view.looking import look

    look(run, port=port, open_browser=open_)
