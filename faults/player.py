"""Plays scripts to a client over HTTP/1.1: the honest answer becomes steps, what is said bytes."""

import asyncio
from typing import Protocol

from faults.answer_writer import AnswerWriter
from faults.heads import ends_connection, is_old
from faults.honest import HonestReader
from faults.lane import Lane
from faults.outlet import Outlet
from faults.playing import Playing
from faults.request import Request
from faults.resent import Original, resend
from faults.rules import ArmedRule
from faults.steps import End, Event, Head, Raw, Resend, Reset, Step
from telemetry.clock import now_ns
from telemetry.rows import HopEnded


class Stage(Protocol):
    """The client's side, as its player knows it."""

    transport: asyncio.Transport
    writable: bool
    lane: Lane
    outlet: Outlet

    def script_ended(self, ending: str, *, keep: bool) -> None:
        """Hear that the last word is said; `keep`: the connection may carry another exchange."""


class Player(Playing):
    """One exchange under one or more faults."""

    def __init__(
        self, stage: Stage, row: HopEnded, chosen: tuple[ArmedRule, ...], request: Request
    ) -> None:
        lane = stage.lane
        super().__init__(lane, row, chosen, request, lane.dialect, "HTTP/1.1")
        self._stage = stage
        self._writer = AnswerWriter(
            old=is_old(request.low), bodiless=request.to_head, last=ends_connection(request.low)
        )
        self._reader: HonestReader | None = None

    @property
    def _writable(self) -> bool:
        return self._stage.writable

    @property
    def _encoding(self) -> str:
        return "" if self._reader is None else self._reader.encoding

    def _ask(self) -> None:
        if self._reader is not None:
            return
        lane, request = self._lane, self._request
        self._reader = HonestReader(
            lane.dialect, self._hear, self._say_interim, bodiless=request.to_head
        )
        head = request.plain_head_for(lane.upstream.authority)
        self._stage.outlet.ask(head, bodiless=request.to_head, reader=self._reader)

    def _pause_provider(self) -> None:
        self._stage.outlet.pause_answer()

    def _resume_provider(self) -> None:
        self._stage.outlet.resume_answer()

    def _say_interim(self, head: bytes) -> None:
        if self._row.head_ns is None and not self._over:
            self._row.bytes_out += len(head)
            self._stage.transport.write(head)

    def _tell(self, step: Step) -> None:
        if isinstance(step, Head):
            self._row.status = step.status
            self._row.head_ns = now_ns()
            self._writer.decoded = self._reader is not None and self._reader.decodes
            self._writer.head(step)
        elif isinstance(step, Event):
            self._row.events_out += 1
            self._writer.event(step.data)
        elif isinstance(step, Raw):
            self._writer.raw(step.data)
        elif isinstance(step, Resend):
            resend(self._lane, self._request, step.times, of=Original(self._holder, self._row.hop))

    def _end(self, step: Step, *, honest: bool) -> None:
        if isinstance(step, End):
            trailers = self._reader.trailers if honest and self._reader is not None else []
            self._writer.end(trailers)
            self._ending = "complete"
        elif isinstance(step, Reset):
            self._ending = self._ending or "reset"
        else:
            self._ending = "fin"

    def _write(self) -> None:
        if data := self._writer.take():
            self._row.bytes_out += len(data)
            self._stage.transport.write(data)

    def _take_leave(self) -> None:
        if self._reader is not None:
            self._row.tokens_up = self._reader.tokens
            self._row.error = self._row.error or self._reader.error or None
        unheard = self._request.expects_continue and not self._row.asked_upstream
        self._stage.script_ended(self._ending, keep=not (self._writer.last or unheard))
