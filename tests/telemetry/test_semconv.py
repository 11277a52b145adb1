from telemetry.semconv import VARIABLE, wants_latest


def test_only_its_own_word_asks_for_the_newest_names() -> None:
    assert not wants_latest({})
    assert not wants_latest({VARIABLE: "http,gen_ai"})
    assert wants_latest({VARIABLE: "http, gen_ai_latest_experimental"})
