"""A run whose proxies are met over TLS: answers as ever, and handshakes that fail as told."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from telemetry.exchange import Attempt
from telemetry.outcome import Outcome
from telemetry.record import Record
from telemetry.seal import read_record
from tests.live.rehearsals import Rehearsal

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

FAILED = {
    "abort": ("{kind: handshake_abort}", "reset in the handshake"),
    "expired": ("{kind: expired_cert}", "certificate has expired"),
    "wrong": ("{kind: wrong_host}", "certificate is not valid for '127.0.0.1'"),
    "alert": ("{kind: alert}", "alert handshake failure"),
}
"""What the handshake fails by, and what the client's TLS says of it."""

HEAD = f"""\
title: Handshakes fail
endpoints:
  azure: {{dialect: azure-openai, stand_in: {{}}, tls: true}}
  triton: {{dialect: open-inference, stand_in: {{}}, tls: true}}
  vertex: {{dialect: vertex-gemini, stand_in: {{}}}}
route:
  client:
    order: [azure, triton, vertex]
    clients: 2
    breaker: {{enabled: false, cooldown_s: 0}}
    retry_budget: {{ratio: 2.0}}
load: {{constant: {{rate_per_s: 15}}, output_tokens: {{median: 4}}}}
phases: {{warm_up_s: 1, baseline_s: 4.5, fault_s: {len(FAILED) * 2 + 2}, recovery_s: 10}}
gates: [user_errors (recovery) <= 5 %]
faults:
"""


def faults() -> Iterator[str]:
    for index, (name, (told, _)) in enumerate(FAILED.items()):
        window = f"start_s: {index * 2}, duration_s: 1.5"
        yield f"{{id: {name}, at: azure, {window}, inject: {{tls_failure: {told}}}}}"
        # Handshakes are for new connections: those that stand are reset.
        window = f"start_s: {index * 2}, duration_s: 0.4"
        yield f"{{id: {name}-cut, at: azure, {window}, inject: {{reset_peer: {{}}}}}}"
    window = f"start_s: {len(FAILED) * 2}, duration_s: 2"
    yield f"{{id: both, at: azure, {window}, inject: {{http_error: {{}}}}}}"
    yield f"{{id: called, at: triton, {window}, inject: {{tls_failure: {{kind: expired_cert}}}}}}"
    yield f"{{id: called-cut, at: triton, {window}, inject: {{h2_goaway: {{}}}}}}"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    folder = tmp_path_factory.mktemp("tls")
    experiment = folder / "tls.yaml"
    experiment.write_text(HEAD + "".join(f"  - {fault}\n" for fault in faults()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        rehearsal = Rehearsal(experiment, folder)
        try:
            rehearsal.end(90.0)
            yield rehearsal
        finally:
            rehearsal.close()


@pytest.fixture(scope="module")
def record(rehearsal: Rehearsal) -> Record:
    return read_record(rehearsal.folder())


def at(record: Record, endpoint: str) -> list[Attempt]:
    return [one for e in record.exchanges for one in e.attempts if one.endpoint == endpoint]


def test_it_passes(rehearsal: Rehearsal) -> None:
    assert rehearsal.process.returncode == 0, rehearsal.said()


def test_the_authority_was_made_where_the_user_keeps_it(rehearsal: Rehearsal) -> None:
    assert (Path(rehearsal.out) / "data" / "crosswind" / "ca" / "ca.pem").exists()


@pytest.mark.parametrize(("name", "words"), [(k, v[1]) for k, v in FAILED.items()])
def test_a_failed_handshake_is_told_as_the_clients_tls_tells_it(
    record: Record, name: str, words: str
) -> None:
    touched = [one for one in at(record, "azure") if name in {t.fault for t in one.touches}]
    failed = [one for one in touched if one.outcome is Outcome.TLS_FAILED]
    assert len(failed) >= 5
    assert {words in (one.error or "") for one in failed} == {True}, {one.error for one in failed}


def test_calls_over_grpc_fail_by_the_handshake_too(record: Record) -> None:
    ended = Counter(one.outcome for one in at(record, "triton"))
    assert ended[Outcome.TLS_FAILED] >= 3, ended
    assert set(ended) == {Outcome.OK, Outcome.TLS_FAILED}, ended


def test_nobody_was_turned_away(record: Record) -> None:
    assert Counter(e.outcome for e in record.exchanges).keys() == {Outcome.OK}
    assert Counter(e.served_by for e in record.exchanges).keys() == {"azure", "triton", "vertex"}
