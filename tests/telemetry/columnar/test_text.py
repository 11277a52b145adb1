from string import Template

from telemetry.columnar.text import listed, literal
from telemetry.database import connect


def test_text_comes_back_as_it_was() -> None:
    for text in ("azure", "it's", "", "a$exchanges b", "$$"):
        written = Template(f"SELECT {literal(text)}").substitute(exchanges="oh")
        assert connect().execute(written).fetchall() == [(text,)]


def test_a_list_of_nothing_holds_nothing() -> None:
    asked = f"SELECT 'a' IN {listed(())}, 'a' NOT IN {listed(())}, 'a' IN {listed(['b', 'a'])}"
    assert connect().execute(asked).fetchall() == [(False, True, True)]
