"""What `msgspec.json` raises for bytes of others that are not the JSON that is asked for."""

from typing import Final

import msgspec

NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""No JSON, or of another shape; text in it that is no UTF-8; lists within lists without an end."""
