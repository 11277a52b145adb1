from telemetry.outcome import FAILOVER_WORTHY, NOT_THE_ENDPOINTS, Outcome


def test_only_ok_is_success() -> None:
    assert [outcome for outcome in Outcome if outcome.succeeded] == [Outcome.OK]


def test_what_is_not_the_endpoints_doing_is_not_worth_another_endpoint() -> None:
    assert not FAILOVER_WORTHY & NOT_THE_ENDPOINTS


def test_a_filtered_or_wrong_question_stays_where_it_is() -> None:
    assert not Outcome.CONTENT_FILTERED.worth_another_endpoint
    assert not Outcome.CLIENT_ERROR.worth_another_endpoint
    assert Outcome.CLIENT_ERROR.native_error
    assert Outcome.RATE_LIMITED.worth_another_endpoint
