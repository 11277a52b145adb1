"""The kinds of parameter that faults declare: unit and range, read by YAML, docs and laws alike."""

from typing import Annotated

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, extra={"unit": "s"})]
"""A length of time; `inf` where a fault may last for ever."""

Pause = Annotated[float, msgspec.Meta(ge=0, le=3600, extra={"unit": "s"})]
"""A length of time that comes to its end by itself: an hour at the most."""

Interval = Annotated[float, msgspec.Meta(ge=0.01, le=3600, extra={"unit": "s"})]
"""The time between one word of a row and the next."""

RetryAfter = Annotated[float, msgspec.Meta(ge=0, le=31_536_000, extra={"unit": "s"})]
"""What a refusal asks a client to wait: at most a year, since a header cannot say for ever."""

Tokens = Annotated[int, msgspec.Meta(ge=0, extra={"unit": "content tokens"})]
"""A position in a stream, counted in content tokens, never in bytes."""

Events = Annotated[int, msgspec.Meta(ge=0, extra={"unit": "events"})]
"""A position in a stream, counted in whole events with data; over gRPC in messages."""

Count = Annotated[int, msgspec.Meta(ge=0, extra={"unit": "requests"})]
"""A number of requests."""

Messages = Annotated[int, msgspec.Meta(ge=0, extra={"unit": "messages"})]
"""A position in a gRPC stream; in a stream of events of plain HTTP/2 it counts content tokens."""
