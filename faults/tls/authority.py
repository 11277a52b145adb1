"""The authority that this user's injectors share: made on first use, kept in the user's own folder.

Its key is 0600 in a folder 0700. Who trusts its certificate trusts whoever can read that key, so
it is to be trusted by the client under test alone, never by a whole machine.
"""

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from pathlib import Path

from faults.tls.certificates import Authority, new_authority, read_authority

CERTIFICATE = "ca.pem"
KEY = "ca.key"


class AuthorityError(ValueError):
    """The authority's folder does not hold what it should; the message says which, and what."""


def authority_folder() -> Path:
    """Return `$XDG_DATA_HOME/crosswind/ca`, by default `~/.local/share/crosswind/ca`."""
    kept = os.environ.get("XDG_DATA_HOME")
    home = Path(kept) if kept else Path.home() / ".local" / "share"
    return home / "crosswind" / "ca"


def own_authority(folder: Path, now: dt.datetime) -> Authority:
    """Return the authority kept in a folder, a new one where there is none or its time is over.

    Raises AuthorityError where what is there cannot be read, OSError where nothing can be kept.
    """
    if not folder.exists():
        _make(folder, now)
    authority = _read(folder)
    if authority.certificate.not_valid_after_utc <= now:
        shutil.rmtree(folder)
        _make(folder, now)
        authority = _read(folder)
    return authority


def _read(folder: Path) -> Authority:
    for name in (KEY, CERTIFICATE):
        if not (folder / name).is_file():
            raise AuthorityError(f"{folder / name}: missing; remove {folder} to have a new one")
    if (folder / KEY).stat().st_mode & 0o077:
        raise AuthorityError(
            f"{folder / KEY}: others can read it; remove {folder}, trust a new one"
        )
    try:
        return read_authority((folder / CERTIFICATE).read_bytes(), (folder / KEY).read_bytes())
    except ValueError as error:
        raise AuthorityError(f"{folder}: {error}; remove it to have a new one") from error


def _make(folder: Path, now: dt.datetime) -> None:
    """Make it beside its place and move it there whole: of several that do, the first counts."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".ca-", dir=folder.parent))
    authority = new_authority(now)
    (made / CERTIFICATE).write_bytes(authority.certificate_pem)
    (made / KEY).touch(mode=0o600)
    (made / KEY).write_bytes(authority.key_pem)
    try:
        made.rename(folder)
    except OSError:
        with contextlib.suppress(OSError):
            shutil.rmtree(made)
        if not folder.exists():
            raise
