"""Which runs are no longer wanted, by their number, their age and their verdict. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from experiments.judging.verdict import Verdict
from experiments.keeping.found import NOT_JUDGED, FoundRun
from experiments.reading.nearest import nearest
from experiments.reading.problems import UsageError

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
VERDICTS = (*(verdict.value for verdict in Verdict), NOT_JUDGED)
_AGE = re.compile(r"(\d+(?:\.\d+)?)([mhdw])")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to go: beyond the newest `keep`, and older than an age, where these are told.

    With `verdicts`, only runs that ended so are looked at and counted.
    """

    keep: int | None = None
    older_than: timedelta | None = None
    verdicts: frozenset[str] = frozenset()


def wish_of(keep: int | None, older_than: str | None, verdicts: Sequence[str] = ()) -> Wish:
    """Return what somebody asked for; raises UsageError, also where nothing says how much."""
    if keep is None and older_than is None:
        raise UsageError("clean: say --keep N, --older-than 30d, or both")
    return Wish(
        keep=keep,
        older_than=None if older_than is None else age(older_than),
        verdicts=frozenset(map(_verdict, verdicts)),
    )


def unwanted(runs: Sequence[FoundRun], wish: Wish, now: datetime) -> list[FoundRun]:
    """Return the runs that a wish lets go, newest first as they came.

    With a number and an age both must let it go. A run that was renamed, or of unknown age, stays.
    """
    asked = [run for run in runs if _considered(run, wish)]
    beyond = asked if wish.keep is None else asked[wish.keep :]
    return [run for run in beyond if _is_old(run, wish, now)]


def age(text: str) -> timedelta:
    """Read `30d`, `12h`, `2w` or `90m`; raises UsageError."""
    found = _AGE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--older-than {text}: write a number and m, h, d or w, e.g. 30d")
    try:
        return timedelta(**{UNITS[found[2]]: float(found[1])})
    except OverflowError as error:
        raise UsageError(f"--older-than {text}: too long") from error


def _considered(run: FoundRun, wish: Wish) -> bool:
    if run.renamed or run.begun is None:
        return False
    return not wish.verdicts or run.verdict in wish.verdicts


def _is_old(run: FoundRun, wish: Wish, now: datetime) -> bool:
    if wish.older_than is None:
        return True
    return run.begun is not None and now - run.begun > wish.older_than


def _verdict(word: str) -> str:
    if word.upper() in VERDICTS:
        return word.upper()
    hint = nearest(word, VERDICTS)
    meant = f"; did you mean {hint}?" if hint else ""
    raise UsageError(f"--verdict {word}: one of {', '.join(VERDICTS)}{meant}")
