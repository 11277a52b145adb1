"""Addresses: where endpoints may be, and that we listen on this machine alone."""

import pytest

from experiments.reading.addresses import (
    base_url_complaint,
    is_loopback,
    is_loopback_url,
    listen_complaint,
)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080", "https://mine.openai.azure.com", "http://[::1]:1/openai/v1"],
)
def test_this_machine_and_tls_to_another_are_fine(url: str) -> None:
    assert base_url_complaint(url) == ""


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://10.0.0.1", "only https, or credentials go in the clear"),
        ("http://localhost.example.com", "is another machine"),
        ("ftp://localhost", "expected http://host:port"),
        ("localhost:80", "expected http://host:port"),
        ("http://localhost:0", "expected http://host:port"),
        ("http://localhost:99999", "no URL"),
        ("http://[::1", "no URL"),
        ("http://me@localhost", "credentials come from the environment"),
    ],
)
def test_any_other_url_is_refused(url: str, complaint: str) -> None:
    assert complaint in base_url_complaint(url)


def test_listeners_listen_on_a_port_of_loopback() -> None:
    assert listen_complaint("127.0.0.1:0") == ""
    assert listen_complaint("localhost:8080") == ""
    for wrong in ("8080", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", ":80"):
        assert "expected host:port" in listen_complaint(wrong)
    assert "not loopback" in listen_complaint("0.0.0.0:80")


def test_a_url_leads_here_by_its_host() -> None:
    assert is_loopback_url("http://127.0.0.1:1/path")
    assert not is_loopback_url("https://example.com")
    assert not is_loopback_url("nonsense")


def test_loopback_is_known_by_address_and_by_its_one_name() -> None:
    assert is_loopback("127.9.9.9")
    assert is_loopback("[::1]")
    assert not is_loopback("192.168.0.1")
    assert not is_loopback("example.com")
