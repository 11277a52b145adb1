from telemetry import names
from telemetry.logs import names as log_names


def test_a_name_is_given_once_in_both_files() -> None:
    given = [(name.kind, name.name) for name in [*names.TABLE, *log_names.TABLE]]
    assert len(given) == len(set(given))


def test_every_constant_is_in_the_table_and_is_our_own() -> None:
    constants = {
        value for key, value in vars(log_names).items() if key.isupper() and key != "TABLE"
    }
    assert constants == {name.name for name in log_names.TABLE}
    assert all(name.startswith("crosswind.") for name in constants)
