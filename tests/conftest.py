"""What all tests share: one Hypothesis profile, and one real run of the whole catalogue."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.live.rehearsals import CATALOGUE, UNSHARED, Rehearsal

settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def catalogue_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Rehearsal]]:
    """Run every experiment of the catalogue, all at once, and one whose fault reaches nobody.

    Each needs about a fifth of a core for a minute.
    """
    out = tmp_path_factory.mktemp("catalogue")
    started = {path.stem: Rehearsal(path, out / path.stem) for path in CATALOGUE}
    outage = next(path for path in CATALOGUE if path.stem == "azure-outage")
    started["unshared"] = Rehearsal(outage, out / "unshared", *UNSHARED)
    try:
        for rehearsal in started.values():
            rehearsal.end(180)
        yield started
    finally:
        for rehearsal in started.values():
            rehearsal.close()
