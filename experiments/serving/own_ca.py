"""What `crosswind ca` says of the authority: where it is, how a client trusts it, until when."""

import datetime as dt

from experiments.reading.problems import UsageError
from faults.tls.authority import CERTIFICATE, KEY, AuthorityError, authority_folder, own_authority

TRUSTED_BY = """\
trust it in the client alone, never in the whole machine:
  Python, curl, OpenSSL      SSL_CERT_FILE={path}
  requests, httpx (Python)   REQUESTS_CA_BUNDLE={path}, verify="{path}"
  Node                       NODE_EXTRA_CA_CERTS={path}
  gRPC                       GRPC_DEFAULT_SSL_ROOTS_FILE_PATH={path}
its key is {key}, which only you can read; remove the folder to have a new one
valid until {until:%Y-%m-%d}"""


def told_authority(*, pem: bool) -> str:
    """Return the certificate's path and what to do with it, or the certificate as PEM.

    It is made where there is none yet. Raises UsageError where what is there is amiss.
    """
    folder = authority_folder()
    try:
        authority = own_authority(folder, dt.datetime.now(dt.UTC))
    except (AuthorityError, OSError) as error:
        raise UsageError(str(error)) from error
    if pem:
        return authority.certificate_pem.decode()
    path = folder / CERTIFICATE
    until = authority.certificate.not_valid_after_utc
    return f"{path}\n{TRUSTED_BY.format(path=path, key=folder / KEY, until=until)}"
