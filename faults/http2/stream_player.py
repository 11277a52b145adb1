"""Plays scripts on one stream of HTTP/2: what the script says becomes fields, frames and an end."""

from typing import Protocol as Duck

from faults.fault import Protocol
from faults.http2.answer_steps import AnswerSteps
from faults.http2.heads import fields_of, plain_fields
from faults.http2.line import Said
from faults.lane import Lane
from faults.playing import Playing
from faults.request import Request
from faults.rules import ArmedRule
from faults.steps import (
    Close,
    End,
    Event,
    GoAway,
    Head,
    MaxStreams,
    RequestWindow,
    Reset,
    Step,
    Trailers,
)
from providers.dialect import Dialect
from providers.grpc import Headers, Status
from telemetry.clock import now_ns
from telemetry.rows import HopEnded

INTERNAL_ERROR = 2


class StreamStage(Duck):
    """The exchange, as its player knows it."""

    lane: Lane
    row: HopEnded

    @property
    def writable(self) -> bool:
        """The client takes what is said on its stream."""

    def ask(self) -> None:
        """Ask the provider, once."""

    def pause_answer(self) -> None:
        """Acknowledge nothing more of the answer."""

    def resume_answer(self) -> None:
        """Acknowledge what went on."""

    def say(self, said: Said) -> None:
        """Say something to the client."""

    def go_away(self, code: int, *, refuses: bool) -> None:
        """Let the client know that its connection takes no new streams."""

    def limit_streams(self, count: int, rule_id: str) -> None:
        """Let the client have only so many streams open, for as long as a rule is armed."""

    def hold_window(self, *, held: bool) -> None:
        """Give the request's window back no more, or again."""

    def script_ended(self, ending: str) -> None:
        """Hear that the last word is said."""


class StreamPlayer(Playing):
    """One exchange; without faults it passes the honest answer on as it comes."""

    def __init__(
        self,
        stage: StreamStage,
        chosen: tuple[ArmedRule, ...],
        request: Request,
        dialect: Dialect,
        *,
        grpc: bool,
    ) -> None:
        protocol: Protocol = "gRPC" if grpc else "HTTP/2"
        super().__init__(stage.lane, stage.row, chosen, request, dialect, protocol)
        self._stage = stage
        self._reader = AnswerSteps(dialect, cuts=bool(chosen))
        self._scripted = bool(chosen)
        # What was said last: it may be the end of the stream, too. Trailers can be nothing else.
        self._last: Said | None = None
        self._trailers: Said | None = None

    @property
    def reader(self) -> AnswerSteps:
        """Reads the honest answer."""
        return self._reader

    def hear(self, steps: list[Step]) -> None:
        """Take the honest answer's next steps."""
        self._hear(steps)

    @property
    def paused(self) -> bool:
        """The answer is not to be acknowledged."""
        return self._paused

    @property
    def _writable(self) -> bool:
        return self._stage.writable

    @property
    def _encoding(self) -> str:
        return self._reader.encoding

    def _ask(self) -> None:
        self._stage.ask()

    def _pause_provider(self) -> None:
        self._stage.pause_answer()

    def _resume_provider(self) -> None:
        self._stage.resume_answer()

    def _tell(self, step: Step) -> None:
        if isinstance(step, Head):
            self._row.status = step.status
            self._row.head_ns = now_ns()
            self._note_status(step.headers)
            self._utter(Said(fields=fields_of(step, measured=not self._scripted)))
        elif isinstance(step, Event):
            self._row.events_out += self._scripted
            if step.data:
                self._row.bytes_out += len(step.data)
                self._utter(Said(data=step.data))
        elif isinstance(step, Trailers):
            self._note_status(step.headers)
            self._trailers = Said(fields=plain_fields(step.headers), end=True)
        elif isinstance(step, GoAway):
            self._stage.go_away(step.code, refuses=step.refuses)
        elif isinstance(step, MaxStreams):
            self._stage.limit_streams(step.count, self._holder)
        elif isinstance(step, RequestWindow):
            self._stage.hold_window(held=not step.open)

    def _end(self, step: Step, *, honest: bool) -> None:  # noqa: ARG002 - trailers are steps here
        if isinstance(step, End):
            self._ending = "complete"
            if self._trailers is None:
                last, self._last = self._last or Said(), None
                self._stage.say(last._replace(end=True))
            else:
                self._write()
                self._stage.say(self._trailers)
            return
        self._write()
        # An end that the framing does not promise can be nothing but a reset here.
        self._ending = self._ending or ("fin" if isinstance(step, Close) else "reset")
        code = step.code if isinstance(step, Reset) else INTERNAL_ERROR
        self._stage.say(Said(reset=code))

    def _note_status(self, headers: Headers) -> None:
        """Note the status of a gRPC call, which comes in trailers, or alone in a head."""
        told = dict(headers).get("grpc-status", "")
        if told.isdecimal():
            self._row.rpc_status = Status(int(told)).name

    def _utter(self, said: Said) -> None:
        if self._last is not None:
            self._stage.say(self._last)
        self._last = said

    def _write(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            self._stage.say(last)

    def _take_leave(self) -> None:
        if self._scripted:
            self._row.tokens_up = self._reader.tokens
        self._stage.script_ended(self._ending)
