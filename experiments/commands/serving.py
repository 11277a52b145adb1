"""`serve`, `stand-in` and `kill`: the parts of a rehearsal for clients of one's own."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.arguments import SetOption
from experiments.commands.rehearsing import AllowLiveOption

TOKEN_VARIABLE = "CROSSWIND_TOKEN"

FileArgument = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="A YAML file of proxies, Toxiproxy's own JSON, or an experiment. Without one there "
        "are no proxies until the control API makes some.",
    ),
]
TtlOption = Annotated[
    str, typer.Option("--max-ttl", metavar="TIME", help="No fault lives longer: 30s, 10m, 2h.")
]
ApiOption = Annotated[
    str | None,
    typer.Option(
        "--api",
        metavar="HOST:PORT",
        help="Where the control API listens; off: nowhere. [default: 127.0.0.1:8474, and off for "
        f"an experiment] Beyond loopback it takes a token in {TOKEN_VARIABLE}.",
    ),
]
WorkersOption = Annotated[
    int,
    typer.Option("--workers", min=1, max=64, metavar="N", help="Proxy processes that share ports."),
]
FaultHeadersOption = Annotated[
    float,
    typer.Option(
        "--fault-headers",
        min=0,
        max=100,
        metavar="PERCENT",
        help="So many of the requests that ask for a fault in x-envoy-fault-... get it.",
    ),
]
UpstreamOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-upstream",
        metavar="HOST[:PORT]",
        help="Let the API make proxies in front of it, too; loopback it always may. Repeatable.",
    ),
]
DefaultDialectOption = Annotated[
    str,
    typer.Option(
        "--dialect", help="What proxies read that the API makes in front of http://..., untold."
    ),
]
DialectArgument = Annotated[
    str, typer.Argument(metavar="DIALECT", help="A dialect's name; `crosswind list dialects`.")
]
PortOption = Annotated[
    int, typer.Option("--port", min=0, max=65_535, help="Loopback port; 0 takes any free one.")
]
LogOption = Annotated[
    Path | None, typer.Option("--log", help="Folder for the request log; none is written else.")
]


def serve(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    file: FileArgument = "",
    api: ApiOption = None,
    max_ttl: TtlOption = "10m",
    workers: WorkersOption = 1,
    allow_upstream: UpstreamOption = None,
    dialect: DefaultDialectOption = "openai-chat",
    fault_headers: FaultHeadersOption = 0.0,
    sets: SetOption = None,
    allow_live: AllowLiveOption = False,  # noqa: FBT002 - how typer declares a switch
) -> None:
    """Serve proxies that make faults, without load or verdict.

    Until Ctrl-C. All traffic on their listeners is faulted, and each fault has an end. Toxiproxy's
    clients drive it at the control API; /v1 there, crosswind inject and crosswind kill do, too. Of
    an experiment only `endpoints` and `faults` count, whose start counts from now. A crashed proxy
    process is started again, without faults.

    For example:

      crosswind serve

      crosswind serve proxies.yaml --workers 2

      crosswind serve azure-outage --set endpoints.azure.listen=127.0.0.1:8080
    """
    from experiments import terminal
    from experiments.serving.options import Options, terms_of
    from experiments.serving.serve import serve as serve_until_interrupted
    from experiments.serving.served import read_served

    options = Options(
        api=api,
        max_ttl=max_ttl,
        allow_upstream=tuple(allow_upstream or ()),
        dialect=dialect,
        workers=workers,
        fault_headers=fault_headers,
    )
    terms = terms_of(options)
    served = read_served(file, tuple(sets or ()), allow_live=allow_live)
    where = options.api_for(served)
    code = serve_until_interrupted(served, terms, where, say=terminal.say)
    raise typer.Exit(code)


def stand_in(
    dialect: DialectArgument,
    port: PortOption = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Dice for words and gaps.")] = 1,
    log: LogOption = None,
    sets: SetOption = None,
) -> None:
    """Serve one stand-in: a provider that isn't there.

    It speaks its dialect on loopback until Ctrl-C.

    For example:

      crosswind stand-in azure-openai --port 8080

      crosswind stand-in vertex-gemini --set stand_in.requests_per_minute=120
    """
    from experiments import terminal
    from experiments.running.lone_stand_in import stand_in_listener
    from experiments.running.serve import stand_in as serve_until_interrupted

    listener = stand_in_listener(dialect, port=port, sets=sets or ())
    code = serve_until_interrupted(listener, seed=seed, log_folder=log, say=terminal.say)
    raise typer.Exit(code)


PidOption = Annotated[
    int | None, typer.Option("--pid", help="One injector alone, by the id that inject --list says.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Every injector of yours: the usual.")]
ReleaseOption = Annotated[
    bool, typer.Option("--release", help="Let there be faults again, after a kill.")
]


def kill(
    pid: PidOption = None,
    every: AllOption = False,  # noqa: FBT002 - how typer declares a switch
    release: ReleaseOption = False,  # noqa: FBT002 - as above
) -> None:
    """Switch off every fault on this machine at once.

    Works without the run that made them, and whether or not it still lives: each injector of
    yours listens on a socket of its own. What a fault was holding back is sent, the rest passes.
    The switch stays engaged: nothing begins with faults until `--release`. With `--pid` one
    injector is emptied and nothing stays engaged. Exits 0 when no fault is left, else 6.

    For example:

      crosswind kill

      crosswind kill --release
    """
    from experiments import terminal
    from experiments.running.killed import kill_everything, kill_one, told
    from faults import control

    if every and pid is not None:
        raise typer.BadParameter("--all and --pid exclude each other", param_hint="--pid")
    if release:
        was = control.release()
        terminal.say("released" if was else "it was not engaged")
        return
    answers = kill_everything() if pid is None else kill_one(pid)
    for answer in answers:
        terminal.say(told(answer))
    engaged = "; engaged until crosswind kill --release" if pid is None else ""
    terminal.say(f"{len(answers)} injectors asked{engaged}")
    raise typer.Exit(0 if all(answer.done for answer in answers) else 6)


ForOption = Annotated[
    str, typer.Option("--for", metavar="TIME", help="How long: 30s, 5m, 1h. It must have an end.")
]
AtOption = Annotated[
    list[str] | None, typer.Option("--at", metavar="ENDPOINT", help="Where; everywhere without it.")
]
ShareOption = Annotated[float, typer.Option("--share", min=0, max=1, help="Of the attempts.")]
ParameterOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter: --set status=429. Repeatable."),
]
ListOption = Annotated[bool, typer.Option("--list", help="Say what is armed where, and end.")]


def inject(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    fault: Annotated[str, typer.Argument(metavar="[FAULT]", help="`crosswind list faults`.")] = "",
    lasting: ForOption = "",
    at: AtOption = None,
    share: ShareOption = 1.0,
    sets: ParameterOption = None,
    pid: PidOption = None,
    armed: ListOption = False,  # noqa: FBT002 - how typer declares a switch
) -> None:
    """Make a fault by hand, for a while.

    At the injectors of `crosswind serve`; all traffic on their listeners is faulted. It ends by
    itself. A run has a verdict to defend and takes none. Exits 0 when it is armed, else 4.

    For example:

      crosswind inject http_error --set status=503 --for 30s --at azure

      crosswind inject --list
    """
    from experiments import terminal
    from experiments.running.injected import inject_everywhere, listed, rule_of

    if armed:
        for line in listed():
            terminal.say(line)
        return
    rule = rule_of(fault, lasting, at or (), share, sets or ())
    done, lines = inject_everywhere(rule, pid)
    for line in lines:
        terminal.say(line)
    raise typer.Exit(0 if done else 4)
