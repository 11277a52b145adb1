"""A Google service account that is good at our own token endpoint alone.

The official libraries sign an assertion with its key and fetch a token at its `token_uri`: so a
client under test goes the same way as at the real cloud. Source of the format: Google's
"service account keys".
"""

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048
_EXPONENT = 65_537


def service_account(token_uri: str, project: str) -> bytes:
    """Return the JSON of a key file, with an RSA key that was made for it and never leaves it."""
    key = rsa.generate_private_key(public_exponent=_EXPONENT, key_size=KEY_BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": "crosswind",
        "private_key": pem.decode(),
        "client_email": f"crosswind@{project}.iam.gserviceaccount.com",
        "client_id": "0",
        "token_uri": token_uri,
    }
    return msgspec.json.format(msgspec.json.encode(account))
