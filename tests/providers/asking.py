"""Requests and answers that the dialects' tests share."""

import msgspec

from providers.dialect import Answer, HttpRequest

ANSWER = Answer(
    response_id="0a1b",
    created_s=1_795_342_800,
    prompt_tokens=5,
    output_tokens=2,
    include_usage=True,
)


def post(target: str, body: object, *headers: tuple[str, str]) -> HttpRequest:
    """Return a POST of a JSON body, as an SDK would send it."""
    return HttpRequest(
        method="POST", target=target, headers=headers, body=msgspec.json.encode(body)
    )


def lower(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return headers as a client reads them."""
    return {name.lower(): value for name, value in headers}
