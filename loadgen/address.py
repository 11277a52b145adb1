"""Where an endpoint listens, and whom to trust there."""

from typing import NamedTuple


class Address(NamedTuple):
    """A numeric host and a port; over TLS where `trusted` is not empty.

    `name`: whom the certificate has to be for. `trusted`: the authority's certificate, PEM.
    """

    host: str
    port: int
    name: str = ""
    trusted: str = ""
