"""What is asked of the page's server, and the answers: a path and its parameters in, bytes out."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import msgspec

from experiments.view import listing, pages
from experiments.view.detail import detail
from experiments.view.opened import Opened
from experiments.view.shelf import AskedTooMuchError
from experiments.view.timeline import timeline
from experiments.view.wish import AskedWronglyError, Page, Place, Range, read_wish
from telemetry.exchange import Exchange

HTML = "text/html; charset=utf-8"
JSON = "application/json"
KINDS = {".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
MOST_TARGET = 4096

OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's policy: its own files and nothing else, no script or style in the markup."""

REPORT = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The report's policy: it brings its style within, and has no script."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, whole."""

    status: int = 200
    kind: str = JSON
    body: bytes = b""
    policy: str = OWN


Asked = Mapping[str, str]


def answer(opened: Opened, target: str) -> Answer:
    """Answer a GET; whatever is wrong with it is told in words and by its status."""
    if len(target) > MOST_TARGET:
        return refusal(414, "the address is too long")
    parts = urlsplit(target)
    asked = dict(parse_qsl(parts.query))
    try:
        if parts.path in ROUTES:
            return ROUTES[parts.path](opened, asked)
        return _file(parts.path)
    except AskedWronglyError as error:
        return refusal(400, str(error))
    except AskedTooMuchError as error:
        return refusal(503, str(error))


def refusal(status: int, words: str) -> Answer:
    """Return an answer that says what was wrong."""
    said = {"error": words or HTTPStatus(status).phrase}
    return Answer(status=status, body=msgspec.json.encode(said))


def _page(opened: Opened, _asked: Asked) -> Answer:
    return Answer(kind=HTML, body=pages.page(opened).encode())


def _style(_opened: Opened, _asked: Asked) -> Answer:
    return Answer(kind="text/css; charset=utf-8", body=pages.style().encode())


def _report(opened: Opened, _asked: Asked) -> Answer:
    try:
        body = opened.folder.report_html.read_bytes()
    except OSError:
        return refusal(404, "no report was written; `crosswind report` writes it")
    return Answer(kind=HTML, body=body, policy=REPORT)


def _rows(opened: Opened, asked: Asked) -> Answer:
    return _json(listing.rows(opened.shelf, read_wish(Page, asked)))


def _place(opened: Opened, asked: Asked) -> Answer:
    return _json({"place": listing.place(opened.shelf, read_wish(Place, asked))})


def _timeline(opened: Opened, asked: Asked) -> Answer:
    return _json(timeline(opened, read_wish(Range, asked)))


def _exchange(opened: Opened, asked: Asked) -> Answer:
    width = read_wish(Range, {"width": asked.get("width", "620")}).width
    exchange = _found(opened, asked.get("x", ""))
    html = pages.exchange_html(detail(opened, exchange, width))
    planned_s = opened.seen.at_s(exchange.planned_ns)
    return _json({"exchange": exchange.number, "planned": planned_s, "html": html})


def _found(opened: Opened, said: str) -> Exchange:
    """Return an exchange by its number or its trace."""
    number = int(said) if said.isdecimal() and len(said) < 12 else opened.by_trace.get(said, -1)
    if number not in opened.by_number:
        raise AskedWronglyError(f"this run has no exchange {said[:40]}")
    return opened.by_number[number]


def _file(path: str) -> Answer:
    """Return one of the page's own files."""
    known = {f"/{file.name}": file for file in pages.STATIC.iterdir() if file.suffix in KINDS}
    if path not in known:
        return refusal(404, "there is nothing here")
    file = known[path]
    return Answer(kind=KINDS[file.suffix], body=file.read_bytes())


def _json(value: object) -> Answer:
    return Answer(body=msgspec.json.encode(value))


ROUTES: Mapping[str, Callable[[Opened, Asked], Answer]] = {
    "/": _page,
    "/style.css": _style,
    "/report.html": _report,
    "/api/exchanges": _rows,
    "/api/place": _place,
    "/api/timeline": _timeline,
    "/api/exchange": _exchange,
}
