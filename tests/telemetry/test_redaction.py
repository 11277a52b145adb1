"""Keys of twenty kinds and more do not get past; what is ours does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry.identity import attempt_span_id, mark, trace_id, traceparent
from telemetry.redaction import REDACTED, LineRedactor, Redactor, redacted_values, redactor_of
from tests.telemetry.planted import KINDS

PLAIN = Redactor()


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_known_by_its_shape_or_by_what_stands_before_it(kind: str) -> None:
    text, secret = KINDS[kind]
    for around in ("{}", "error: {} (see docs)", '{{"message":"{}"}}', "line one\n{}\nline three"):
        said = PLAIN.redact(around.format(text))
        assert secret not in said, said
        assert REDACTED in said


def test_there_are_at_least_twenty_kinds() -> None:
    assert len(KINDS) >= 20


@pytest.mark.parametrize(
    "text",
    [
        traceparent(trace_id("0a0b0c0d", 7), attempt_span_id(trace_id("0a0b0c0d", 7), 0)),
        mark("0a0b0c0d", 7),
        '{"kind":"hop_begin","seq":1,"hop":0,"endpoint":"azure","trace_id":"' + "ab" * 16 + '"}',
        "runs/20261123T031853Z-gateway-litellm-untuned-94a8f07c/report.html",
        "POST /openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
        "max_tokens: 4096, prompt_tokens=300, token rate limit, tokens per minute",
        "http://127.0.0.1:4000/v1/projects/p/locations/us-central1",
        "the key of the experiment is unknown; known here: base_url, dialect",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert PLAIN.redact(text) == text


def test_values_of_variables_that_sound_secret_are_known_whatever_their_shape() -> None:
    environment = {
        "AZURE_OPENAI_API_KEY": "correct horse battery",
        "MY_PASSWORD": "short",
        "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/key.json",
        "MAX_TOKENS": "123456789",
        "HOME": "/home/someone",
    }
    redactor = redactor_of(environment)
    said = redactor.redact("correct horse battery short /home/me/key.json 123456789")
    assert said == f"{REDACTED} short /home/me/key.json 123456789"


@pytest.mark.parametrize(
    "said",
    [
        "https://host/?q=p%2Bss%22w%C3%B6rd%2Fx%3D",
        "Basic cCtzcyJ3w7ZyZC94PQ==",
        '{"said": "p+ss\\"w\\u00f6rd/x="}',
        'bare p+ss"wörd/x= here',
    ],
)
def test_a_known_value_is_known_in_other_forms_too(said: str) -> None:
    redacted = redactor_of({"MY_PASSWORD": 'p+ss"wörd/x='}).redact(said)
    assert REDACTED in redacted
    assert not any(part in redacted for part in ("cCtz", "%C3", "rd/x", "u00f6"))


def test_a_private_key_in_many_lines_is_hidden_up_to_its_end() -> None:
    lines = LineRedactor(PLAIN)
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nabcd=\n-----END RSA PRIVATE KEY-----"
    said = f"at first\n{key}\nin the end"
    read = [lines.redact(line) for line in said.splitlines()]
    assert read == ["at first", REDACTED, REDACTED, REDACTED, REDACTED, "in the end"]


def test_a_private_key_that_was_cut_does_not_hide_the_rest() -> None:
    lines = LineRedactor(PLAIN)
    read = [lines.redact(x) for x in ("-----BEGIN PRIVATE KEY-----", "MIIE", "and so on", "more")]
    assert read[1] == REDACTED
    assert read[3] == "more"


def test_the_lines_of_a_known_value_are_known_one_by_one() -> None:
    secret = "first-line-of-a-secret\nsecond-line-of-a-secret"
    redact = redactor_of({"MY_SECRET": secret}).redact
    assert redact("it says second-line-of-a-secret") == f"it says {REDACTED}"


def test_of_two_known_values_the_longer_is_taken_whole() -> None:
    assert Redactor(["abcdefgh", "abcdefghij"]).redact("abcdefghij") == REDACTED


@given(st.text())
def test_to_redact_twice_is_to_redact_once(text: str) -> None:
    once = PLAIN.redact(text)
    assert PLAIN.redact(once) == once


def test_a_value_whose_name_says_that_it_is_secret_is_one() -> None:
    said = {
        "http.request.header.authorization": ["Basic aGVsbG86"],
        "llm.api_key": "abcdef",
        "nested": {"password": "hunter22", "plain": "hunter22"},
        "gen_ai.token.type": "input",
        "count": 7,
        "none": None,
    }
    assert redacted_values(said, Redactor().redact) == {
        "http.request.header.authorization": [f"Basic {REDACTED}"],
        "llm.api_key": REDACTED,
        "nested": {"password": REDACTED, "plain": "hunter22"},
        "gen_ai.token.type": "input",
        "count": 7,
        "none": None,
    }


def test_a_name_that_is_a_secret_is_taken_out_with_its_value() -> None:
    redact = Redactor(["open sesame"]).redact
    assert redacted_values({"open sesame": "x"}, redact) == {REDACTED: REDACTED}
