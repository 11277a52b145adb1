"""Each piece of PromQL says what its name promises."""

from telemetry import names
from telemetry.dashboards import promql

COUNTER = promql.series(names.ATTEMPTS)


def test_a_series_is_the_chosen_runs() -> None:
    assert COUNTER == 'crosswind_attempts_total{crosswind_run_id="$run"}'
    several = promql.series(names.ATTEMPTS, run=promql.many_runs())
    assert several == 'crosswind_attempts_total{crosswind_run_id=~"$run"}'


def test_a_series_is_narrowed_by_attributes() -> None:
    narrowed = promql.series(
        names.ATTEMPTS, promql.having(names.FAULT_ID, ""), promql.lacking(names.ENDPOINT, "azure")
    )
    assert narrowed.endswith(', crosswind_fault_id="", crosswind_endpoint!="azure"}')


def test_a_histograms_part_stands_at_the_end_of_its_name() -> None:
    assert promql.series(names.EXCHANGE_WAIT, part="bucket").startswith(
        "crosswind_exchange_time_to_first_token_seconds_bucket{"
    )


def test_what_was_gained_counts_from_zero_where_a_series_is_new() -> None:
    assert promql.lately(COUNTER) == (
        f"clamp_min({COUNTER} - ({COUNTER} offset ${{window}}s or {COUNTER} * 0), 0)"
    )


def test_totals_and_gauges_are_the_last_of_the_range() -> None:
    assert promql.in_total(COUNTER) == promql.at_last(COUNTER)
    assert promql.in_total(COUNTER) == f"last_over_time({COUNTER}[$__range])"


def test_sums_keep_the_run() -> None:
    assert promql.summed("x", names.ENDPOINT) == "sum by (crosswind_run_id, crosswind_endpoint) (x)"
    assert promql.largest("x") == "max by (crosswind_run_id) (x)"


def test_a_share_is_zero_without_a_part_and_nothing_without_a_whole() -> None:
    assert promql.share("a", "b") == "(a or b * 0) / (b > 0)"
    assert promql.share_of_run("a", "b") == "a / on (crosswind_run_id) group_left () (b > 0)"


def test_what_the_window_counted_becomes_a_rate() -> None:
    assert promql.per_second("x") == "x / ${window}"
    assert promql.per_minute("x") == "x * 60 / ${window}"


def test_a_quantile_takes_classic_buckets_or_a_native_histogram() -> None:
    text = promql.quantile_in_total(0.95, names.FAILOVER_DELAY, names.EXCHANGE_SERVED_BY)
    assert text.startswith("histogram_quantile(0.95, sum by (crosswind_run_id, le, ")
    assert " or sum by (crosswind_run_id, crosswind_exchange_served_by) " in text
    assert "offset ${window}s" in promql.quantile_lately(0.5, names.FAILOVER_DELAY)


def test_an_absent_attribute_gets_a_name_for_legends() -> None:
    said = promql.named("x", names.EXCHANGE_SERVED_BY, "nobody")
    name = "crosswind_exchange_served_by"
    assert said == f'label_replace(x, "{name}", "nobody", "{name}", "")'
    assert promql.legend(names.FAULT_ID, names.ENDPOINT) == (
        "{{crosswind_fault_id}} {{crosswind_endpoint}}"
    )
