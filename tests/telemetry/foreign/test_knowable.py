from typing import Any

from telemetry.foreign.exchanges import Reading, exchanges_of
from telemetry.foreign.knowable import unknown_figures, without_first_token
from tests.telemetry.foreign.made import call


def test_answers_without_a_first_token_leave_its_figures_unknown() -> None:
    blind = exchanges_of([call(1, 0, 1, trace=i) for i in range(1, 4)], Reading())
    assert without_first_token(blind) == 3
    assert unknown_figures(blind)["time_to_first_token"].startswith("3 of 3 answers")
    assert "tokens" in unknown_figures(blind)


def test_where_they_are_told_the_figures_are_known() -> None:
    said: dict[str, Any] = {
        "gen_ai__response__time_to_first_chunk": 0.2,
        "gen_ai__usage__output_tokens": 4,
    }
    seen = exchanges_of([call(1, 0, 1, **said)], Reading())
    found = unknown_figures(seen)
    assert not {"time_to_first_token", "failover_delay", "tokens"} & found.keys()
    assert {"joined", "token_gap"} <= found.keys()
