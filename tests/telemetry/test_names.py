from collections import Counter

from telemetry import names


def test_a_name_is_given_once() -> None:
    counted = Counter((name.kind, name.name) for name in names.TABLE)
    assert not [name for name, times in counted.items() if times > 1]


def test_every_constant_is_in_the_table() -> None:
    given = {name.name for name in names.TABLE}
    apart = {
        names.GENAI_CONVENTIONS,
        names.SCHEMA_URL,
        names.SCOPE,
        names.GENAI_LATEST_USAGE,
    }
    named = {key: value for key, value in vars(names).items() if key.isupper()}
    constants = {value for value in named.values() if isinstance(value, str)}
    assert constants - apart == given


def test_names_are_a_conventions_or_our_own() -> None:
    prefixes = ("gen_ai.", "http.", "error.", "rpc.", "service.", "host.", "cloud.", "crosswind.")
    attributes = [name.name for name in names.TABLE if name.kind == "attribute"]
    assert attributes
    assert all(name.startswith(prefixes) for name in attributes)


def test_every_name_says_what_it_means() -> None:
    assert all(name.doc and name.on and name.type for name in names.TABLE)


def test_a_metric_says_its_instrument_unit_and_attributes() -> None:
    metrics = [name for name in names.TABLE if name.kind == "metric"]
    attributes = {name.name for name in names.TABLE if name.kind == "attribute"}
    assert metrics
    assert {name.type for name in metrics} == {"counter", "gauge", "histogram"}
    assert all(name.unit for name in metrics)
    assert all(attributes.issuperset(name.attributes) for name in metrics)


def test_no_metric_is_told_apart_by_what_grows_with_the_run() -> None:
    growing = {names.EXCHANGE_NUMBER, names.ATTEMPT_ORDINAL, names.EXCHANGE_PLANNED}
    assert not [name for name in names.TABLE if growing & set(name.attributes)]


def test_the_renamed_conventions_rename_every_metric_of_theirs() -> None:
    theirs = {n.name for n in names.TABLE if n.kind == "metric" and n.name.startswith("gen_ai.")}
    assert set(names.GENAI_LATEST) == theirs
