"""The plug-ins that an experiment may name."""

from experiments.reading.vocabulary import PLUG_IN_KINDS, first_sentence, plug_ins


def test_every_kind_has_plug_ins_and_each_says_what_it_is() -> None:
    for kind in PLUG_IN_KINDS:
        assert plug_ins(kind)
        for cls in plug_ins(kind).values():
            assert first_sentence(cls.__doc__)


def test_faults_of_exchanges_and_of_listeners_are_both_faults() -> None:
    assert {"http_error", "connect_refused"} <= plug_ins("fault").keys()


def test_the_first_sentence_ends_where_it_ends() -> None:
    assert first_sentence("One thing,\n    said. Another.\n\n    More.") == "One thing, said"
    assert first_sentence(None) == ""
