"""Certificates as values: an authority that signs itself, and leaves that it signs. Pure but keys.

Times are arguments. What is made passes `VERIFY_X509_STRICT`: key identifiers and uses are there.
"""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS: Final = 825
LEAF_DAYS: Final = 90
BACKDATED: Final = dt.timedelta(days=1)
"""How far certificates reach back: clocks of clients are not all alike."""


class Authority(NamedTuple):
    """A certificate that signs others, with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """What clients are to trust."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """What nobody else may read."""
        return _key_pem(self.key)


def new_authority(now: dt.datetime) -> Authority:
    """Make an authority that is valid from now on; it may sign leaves and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Crosswind local authority")
    lasting = dt.timedelta(days=AUTHORITY_DAYS)
    builder = _builder(name, name, key, now - BACKDATED, now + lasting)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_uses(signs=True), critical=True)
    return Authority(builder.sign(key, hashes.SHA256()), key)


def read_authority(certificate_pem: bytes, key_pem: bytes) -> Authority:
    """Read an authority back; ValueError where it is none."""
    key = serialization.load_pem_private_key(key_pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("its key is of another kind")  # noqa: TRY004 - what was read is wrong
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if certificate.public_key() != key.public_key():
        raise ValueError("its key belongs to another certificate")
    return Authority(certificate, key)


def issue(
    authority: Authority,
    names: Sequence[str],
    begins: dt.datetime,
    ends: dt.datetime,
) -> bytes:
    """Return a server's key, certificate and chain as PEM; `names` are host names or addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_name(names[0]), authority.certificate.subject, key, begins, ends)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_uses(signs=False), critical=True)
    serving = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = builder.add_extension(serving, critical=False)
    alternatives = x509.SubjectAlternativeName([_general(name) for name in names])
    builder = builder.add_extension(alternatives, critical=False)
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = builder.add_extension(signer, critical=False)
    leaf = builder.sign(authority.key, hashes.SHA256())
    return b"".join(
        (_key_pem(key), leaf.public_bytes(serialization.Encoding.PEM), authority.certificate_pem)
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: dt.datetime,
    ends: dt.datetime,
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(common: str) -> x509.Name:
    # RFC 5280, appendix A: a common name has 64 characters at the most.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _uses(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
