import datetime as dt

import pytest
from cryptography import x509

from faults.tls.certificates import issue, new_authority, read_authority

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def leaf(*names: str) -> x509.Certificate:
    pem = issue(new_authority(NOW), names, NOW, NOW + DAY)
    return x509.load_pem_x509_certificates(pem)[0]


def test_an_authority_survives_being_written_down() -> None:
    made = new_authority(NOW)
    assert read_authority(made.certificate_pem, made.key_pem).certificate == made.certificate


def test_an_authority_with_the_key_of_another_is_none() -> None:
    made, other = new_authority(NOW), new_authority(NOW)
    with pytest.raises(ValueError, match="another certificate"):
        read_authority(made.certificate_pem, other.key_pem)


def test_an_authority_signs_leaves_only() -> None:
    found = new_authority(NOW).certificate.extensions
    basic = found.get_extension_for_class(x509.BasicConstraints).value
    assert (basic.ca, basic.path_length) == (True, 0)


def test_a_leaf_names_hosts_and_addresses_each_as_what_it_is() -> None:
    names = leaf("api.example", "127.0.0.1", "::1").extensions
    found = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName) == ["api.example"]
    assert [str(one) for one in found.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_a_name_too_long_for_a_subject_is_whole_among_the_alternatives() -> None:
    long = "a" * 60 + ".example.com"
    found = leaf(long).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName) == [long]


def test_a_leaf_lasts_as_it_was_told() -> None:
    assert leaf("a.example").not_valid_after_utc == NOW + DAY
