"""`analyse`: traces that others recorded, judged as a rehearsal is."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from telemetry.foreign.naming import By


class Source(StrEnum):
    """Where the spans are."""

    OTLP_JSON = "otlp-json"
    TEMPO = "tempo"
    JAEGER = "jaeger"
    PARQUET = "parquet"


WhereArgument = Annotated[
    str, typer.Argument(metavar="WHERE", help="A file (otlp-json: - is stdin), a folder, or a URL.")
]
FromOption = Annotated[Source, typer.Option("--from", help="What WHERE is.")]
QueryOption = Annotated[
    str,
    typer.Option("--query", metavar="TRACEQL", help="tempo: which traces; all with GenAI spans."),
]
ServiceOption = Annotated[
    str | None, typer.Option("--service", help="jaeger: whose traces; may be left out if one.")
]
SinceOption = Annotated[
    str | None,
    typer.Option("--start", metavar="TIME", help="tempo, jaeger: from when; an hour before --end."),
]
UntilOption = Annotated[
    str | None, typer.Option("--end", metavar="TIME", help="tempo, jaeger: until when; now.")
]
LimitOption = Annotated[
    int,
    typer.Option(
        "--limit",
        min=1,
        help="tempo, jaeger: traces to ask for at once; a stretch with more is asked in halves.",
    ),
]
GateOption = Annotated[
    list[str] | None,
    typer.Option("--gate", help="A claim: 'failover_time <= 5 s'. May be repeated."),
]
GatesOption = Annotated[
    str | None,
    typer.Option("--gates", metavar="FILE", help="The gates of an experiment, or of any YAML."),
]
WindowOption = Annotated[
    list[str] | None,
    typer.Option(
        "--window",
        metavar="'ENDPOINT START END [ID]'",
        help="A known fault window; times in ISO 8601, seconds since the epoch, or +20.5 from the "
        "first request. May be repeated. Without one they are inferred.",
    ),
]
WindowsOption = Annotated[
    Path | None,
    typer.Option("--windows", metavar="FILE", help="A YAML with windows: {at, start, end, id}."),
]
EndpointOption = Annotated[
    list[str] | None,
    typer.Option("--endpoint", metavar="NAME=ENDPOINT", help="Call an endpoint by another name."),
]
ByOption = Annotated[
    By,
    typer.Option(
        "--endpoint-by",
        help="What tells endpoints apart; auto: the provider, and the address or else the region "
        "where it has several.",
    ),
]
TracesOption = Annotated[
    bool, typer.Option("--whole-traces", help="A trace is one request, whatever is in it.")
]
AnswersOption = Annotated[
    bool,
    typer.Option("--whole-answers", help="What is not said to be streamed came in one piece."),
]
FinishOption = Annotated[
    bool, typer.Option("--need-finish-reason", help="An answer without one was cut.")
]
ShareOption = Annotated[
    float,
    typer.Option("--max-error-share", min=0, max=1, help="How unhealthy a baseline may be."),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write verdict and reports there.")
]
TitleOption = Annotated[str | None, typer.Option("--title", help="What the report is called.")]


def analyse(  # noqa: PLR0913, PLR0917 - typer passes every option by name
    where: WhereArgument,
    from_: FromOption,
    query: QueryOption = '{ span.gen_ai.operation.name != "" }',
    service: ServiceOption = None,
    start: SinceOption = None,
    end: UntilOption = None,
    limit: LimitOption = 1000,
    gate: GateOption = None,
    gates: GatesOption = None,
    window: WindowOption = None,
    windows: WindowsOption = None,
    endpoint: EndpointOption = None,
    endpoint_by: ByOption = By.AUTO,
    whole_traces: TracesOption = False,  # noqa: FBT002 - how typer declares a switch
    whole_answers: AnswersOption = False,  # noqa: FBT002 - as above
    need_finish_reason: FinishOption = False,  # noqa: FBT002 - as above
    max_error_share: ShareOption = 0.01,
    out: OutOption = None,
    title: TitleOption = None,
) -> None:
    """Judge traces of a real incident with the gates of a rehearsal.

    Spans that follow the GenAI conventions become requests and their tries. The fault windows are
    those you give, else they are inferred from what failed at each endpoint. Exits as `run` does:
    0 PASS, 3 a gate failed, 4 inconclusive. Headers for a store (Authorization=Bearer%20...) stand
    in CROSSWIND_ANALYSE_HEADERS. TIME is ISO 8601 with a zone, or seconds since the epoch.

    For example:

      crosswind analyse --from otlp-json traces.jsonl --gate "failover_time <= 5 s" --out incident

      crosswind analyse --from tempo http://localhost:3200 --start 2026-01-31T12:00:00Z
    """
    from experiments import terminal
    from experiments.analysing.carried_out import Wanted, carry_out, spans_from
    from experiments.analysing.choices import renamed
    from experiments.summary import print_judgement
    from telemetry.foreign.exchanges import Reading

    reading = Reading(
        by=endpoint_by,
        renamed=renamed(endpoint or ()),
        whole_traces=whole_traces,
        whole_answers=whole_answers,
        need_finish=need_finish_reason,
    )
    with terminal.meanwhile("reading the spans"):
        found = spans_from(
            str(from_), where, query=query, service=service, between=(start, end), limit=limit
        )
    wanted = Wanted(
        reading=reading,
        gates=tuple(gate or ()),
        gates_file=gates,
        windows=tuple(window or ()),
        windows_file=windows,
        max_error_share=max_error_share,
        title=title or f"Traces of {Path(where).name or where}",
    )
    with terminal.meanwhile("computing every figure"):
        judgement = carry_out(found, wanted, out)
    print_judgement(judgement)
    if out is not None:
        terminal.say(f"report: {out / 'report.html'}")
    raise typer.Exit(judgement.exit_code)
