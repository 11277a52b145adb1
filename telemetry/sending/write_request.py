"""Prometheus remote write 1.0: one reading as a `prometheus.WriteRequest`; pure.

https://prometheus.io/docs/specs/prw/remote_write_spec/: protobuf, which is small enough to be
written by hand here: fields `timeseries` (1: labels 1, samples 2, exemplars 3) and `metadata` (3).
Labels are sorted by name, times are milliseconds since the epoch.
"""

import struct
from collections.abc import Mapping

from telemetry.metering.exposition import Sample, SampleFamily, families
from telemetry.metering.point import Exemplar, Reading

JOB = "crosswind"
NS_PER_MS = 1_000_000
TYPES = {"counter": 1, "gauge": 2, "histogram": 3}

_VARINT, _DOUBLE, _BYTES = 0, 1, 2


def write_request(reading: Reading) -> bytes:
    """Return the message, not yet compressed."""
    at_ms = reading.at_unix_ns // NS_PER_MS
    found = families(reading)
    series = [_bytes(1, _series(sample, at_ms)) for one in found for sample in one.samples]
    return b"".join([*series, *(_bytes(3, _metadata(one)) for one in found)])


def _series(sample: Sample, at_ms: int) -> bytes:
    labels = {"__name__": sample.name, "job": JOB, **sample.labels}
    written = _labels(labels) + _bytes(2, _double(1, sample.value) + _integer(2, at_ms))
    return written if sample.exemplar is None else written + _bytes(3, _exemplar(sample.exemplar))


def _exemplar(exemplar: Exemplar) -> bytes:
    labels = _labels({"trace_id": exemplar.trace_id, "span_id": exemplar.span_id})
    return labels + _double(2, exemplar.value) + _integer(3, exemplar.at_ns // NS_PER_MS)


def _metadata(family: SampleFamily) -> bytes:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    return _integer(1, TYPES[family.type]) + _text(2, name) + _text(4, family.doc)


def _labels(labels: Mapping[str, str]) -> bytes:
    return b"".join(
        _bytes(1, _text(1, name) + _text(2, value)) for name, value in sorted(labels.items())
    )


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(value)) + value


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | _DOUBLE) + struct.pack("<d", value)


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    """Write an integer not below 0, seven bits at a time, the lowest first."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
