import pytest

from providers.catalog import make_dialect
from providers.dialect import Answer
from providers.places import is_prompt_filter, names_role
from providers.sse import event_data

FACTS = Answer(response_id="1", created_s=0, prompt_tokens=5, output_tokens=3)


def opening(name: str) -> list[bytes]:
    dialect = make_dialect({name: {}})
    events = [*dialect.opening(FACTS), dialect.token(FACTS, "0 ")]
    return [event_data(event) or b"" for event in events]


@pytest.mark.parametrize(
    ("name", "filters", "roles"),
    [
        ("azure-openai", [True, False, False], [False, True, False]),
        ("openai-chat", [False, False], [True, False]),
        ("vertex-gemini", [False], [True]),
    ],
)
def test_each_provider_opens_in_its_own_way(
    name: str, filters: list[bool], roles: list[bool]
) -> None:
    assert [is_prompt_filter(data) for data in opening(name)] == filters
    assert [names_role(data) for data in opening(name)] == roles


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[DONE]",
        b'{"prompt_filter_results":[],"choices":[{"delta":{"role":null}}]}',
        b'{"prompt_filter_results":[{}],"choices":[{}]}',
        b'{"choices":[1,{"delta":"role"}],"candidates":{"role":"model"}}',
        b'["role","prompt_filter_results"]',
        b'{"role":"assistant","prompt_filter_results":',
    ],
)
def test_anything_else_is_no_place(data: bytes) -> None:
    assert not is_prompt_filter(data)
    assert not names_role(data)
