"""`ca`: the authority whose certificates proxies show."""

# ruff: noqa: PLC0415 - what a command needs is imported when it runs: --help stays fast

from typing import Annotated

import typer

PemOption = Annotated[
    bool, typer.Option("--pem", help="Print the certificate itself, to write it into a file.")
]


def ca(
    pem: PemOption = False,  # noqa: FBT002 - how typer declares a switch
) -> None:
    """Say which certificate clients of TLS proxies trust.

    Those with `tls: true` in a file that is served. It is made on first use, with a key that you
    alone can read, and kept for all later ones. Let the client under test trust it, never a whole
    machine: who can read the key can be any host to whoever trusts it.

    For example:

      crosswind ca

      SSL_CERT_FILE=$(crosswind ca | head -1) my-client
    """
    from experiments.serving.own_ca import told_authority

    typer.echo(told_authority(pem=pem), nl=not pem)
