"""What there is to choose from."""

import pytest

from experiments.find import catalog
from experiments.listing import KINDS, LAST_COLUMN, listing, print_listing
from experiments.reading.problems import UsageError


@pytest.mark.parametrize("kind", KINDS)
def test_everything_of_a_kind_is_listed_with_what_it_is(kind: str) -> None:
    rows = listing(kind)
    assert rows
    assert all(name and sentence for name, sentence, _ in rows)


def test_parameters_are_listed_with_their_defaults() -> None:
    faults = {name: parameters for name, _, parameters in listing("faults")}
    assert faults["slow_first_token"] == "delay_s, headers_first=true, at=none"
    assert faults["http_error"].startswith("status=503, retry_after_s=none")


def test_the_catalogue_is_listed_with_how_it_ends() -> None:
    ends = {name: verdict for name, _, verdict in listing("experiments")}
    assert ends.keys() == catalog().keys()
    assert (ends["azure-outage"], ends["midstream-cut"]) == ("PASS", "FAIL")


def test_without_a_kind_all_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    print_listing(None)
    out = capsys.readouterr().out
    assert all(kind in out.splitlines() for kind in KINDS)


def test_an_unknown_kind_is_told_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"no list of fault; .* did you mean faults\?"):
        print_listing("fault")


def test_columns_belong_to_kinds() -> None:
    assert LAST_COLUMN.keys() <= KINDS.keys()
