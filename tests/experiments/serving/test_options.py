import pytest

from experiments.reading.problems import UsageError
from experiments.serving.options import Options, terms_of
from experiments.serving.proxies_file import ProxiesFile
from experiments.serving.served import Served
from experiments.serving.supervisor import Api
from tests.experiments.running.test_configs import EXPERIMENT


def test_an_experiment_has_an_api_only_where_it_is_told() -> None:
    assert Options().api_for(Served(experiment=EXPERIMENT), {}) == Api()
    assert Options().api_for(Served(proxies=ProxiesFile()), {}) == Api(host="127.0.0.1", port=8474)
    assert Options(api="off").api_for(Served(), {}) == Api()
    told = Options(api="127.0.0.1:0").api_for(Served(experiment=EXPERIMENT), {})
    assert told == Api(host="127.0.0.1", port=0)


def test_the_token_comes_from_the_environment() -> None:
    assert Options().api_for(Served(), {"CROSSWIND_TOKEN": "sesame"}).token == "sesame"


def test_beyond_loopback_it_takes_a_token() -> None:
    with pytest.raises(UsageError, match="CROSSWIND_TOKEN"):
        Options(api="0.0.0.0:0").api_for(Served(), {})
    assert Options(api="0.0.0.0:0").api_for(Served(), {"CROSSWIND_TOKEN": "x"}).host == "0.0.0.0"


def test_an_address_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(
        UsageError, match=r"--api nowhere: expected host:port, such as 127\.0\.0\.1"
    ):
        Options(api="nowhere").api_for(Served(), {})


def test_terms_are_what_the_options_say() -> None:
    terms = terms_of(Options(max_ttl="90s", allow_upstream=("a.example",), dialect="azure-openai"))
    assert (terms.max_ttl_s, terms.allowed.upstreams) == (90.0, ("a.example",))
    assert terms.dialect == "azure-openai"
    assert terms_of(Options()).max_ttl_s == 600


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (Options(max_ttl="soon"), "--max-ttl 30s, 5m or 1h, got 'soon'"),
        (Options(dialect="azure-opnai"), "did you mean azure-openai"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(options: Options, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        terms_of(options)
