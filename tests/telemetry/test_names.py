from collections import Counter

from telemetry import names


def test_a_name_is_given_once() -> None:
    counted = Counter((name.kind, name.name) for name in names.TABLE)
    assert not [name for name, times in counted.items() if times > 1]


def test_every_constant_is_in_the_table() -> None:
    given = {name.name for name in names.TABLE}
    apart = {names.GENAI_CONVENTIONS, names.SCHEMA_URL, names.SCOPE}
    constants = {value for key, value in vars(names).items() if key.isupper() and key != "TABLE"}
    assert constants - apart == given


def test_names_are_a_conventions_or_our_own() -> None:
    prefixes = ("gen_ai.", "http.", "error.", "service.", "host.", "cloud.", "crosswind.")
    attributes = [name.name for name in names.TABLE if name.kind == "attribute"]
    assert attributes
    assert all(name.startswith(prefixes) for name in attributes)


def test_every_name_says_what_it_means() -> None:
    assert all(name.doc and name.on and name.type for name in names.TABLE)
