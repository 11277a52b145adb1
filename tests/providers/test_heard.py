"""What an answer says is the same however it is framed."""

import pytest

from providers.catalog import make_dialect
from providers.dialect import Delta, ProviderError, Usage
from providers.heard import ERROR_LENGTH, Content, Heard
from telemetry.outcome import Outcome


class Framed(Heard):
    """Framing that says nothing."""

    reusable = True
    status = None


def heard(*, numbered: bool = True) -> Framed:
    return Framed(make_dialect({"azure-openai": {}}), stream=True, numbered=numbered)


def test_a_finish_with_content_is_ok_and_without_is_empty() -> None:
    whole, empty = heard(), heard()
    whole.take(Delta(text="0:a "), 1)
    for one in (whole, empty):
        one.take(Delta(finish_reason="stop"), 2)
    assert (whole.ending(Outcome.TRUNCATED), empty.ending(Outcome.TRUNCATED)) == (
        Outcome.OK,
        Outcome.EMPTY,
    )


def test_without_a_finish_it_is_what_cut_it() -> None:
    cut = heard()
    cut.take(Delta(text="0:a "), 1)
    assert not cut.finished
    assert cut.ending(Outcome.RESET_MID_STREAM) is Outcome.RESET_MID_STREAM


def test_fewer_tokens_than_the_provider_counted_are_a_gap_at_the_end() -> None:
    short = heard()
    short.take(Delta(text="0:a ", finish_reason="stop"), 1)
    short.take(Delta(usage=Usage(prompt_tokens=1, output_tokens=3)), 2)
    assert short.ending(Outcome.TRUNCATED) is Outcome.INCOMPLETE


def test_a_refusal_says_code_and_words_and_no_more_than_fits() -> None:
    bare, long = heard(), heard()
    bare.refuse(Outcome.SERVER_ERROR, ProviderError(code="14", message=""))
    long.refuse(Outcome.SERVER_ERROR, ProviderError(code="14", message="x" * 999))
    rows = [
        one.row(exchange=0, attempt=0, end_ns=1, outcome=Outcome.SERVER_ERROR, connected_ns=None)
        for one in (bare, long)
    ]
    assert rows[0].error == "14"
    assert len(rows[1].error or "") == ERROR_LENGTH


def test_a_filtered_answer_is_not_the_endpoints_fault() -> None:
    one = heard()
    refusal = ProviderError(code="content_filter", message="no", content_filtered=True)
    one.refuse(Outcome.CLIENT_ERROR, refusal)
    assert one.outcome is Outcome.CONTENT_FILTERED


@pytest.mark.parametrize(("numbered", "tokens"), [(True, 2), (False, 3)])
def test_tokens_count_by_number_where_they_have_one(numbered: bool, tokens: int) -> None:  # noqa: FBT001 - a parameter of the test
    content = Content(numbered=numbered)
    for at_ns, text in enumerate(("0:ha", "lf ", "1:b ")):
        content.take(text, at_ns * at_ns)
    assert (content.tokens, content.first_ns, content.largest_gap_ns) == (tokens, 0, 3)
