# ruff: noqa: INP001, T201 - a script
"""Asks twelve times with a client half of whose answers are made worse on their way."""

import httpx2
from openai import APIError, OpenAI

from faults.transport.for_httpx2 import FaultTransport
from faults.transport.injection import Injection, lasting

faults = Injection(
    "openai-chat",
    [
        lasting({"http_error": {"status": 503}}, name="refusal", share=0.3),
        lasting({"stream_truncate": {"after_tokens": 5}}, name="cut", share=0.3),
    ],
    seed=4,
)
with OpenAI(http_client=httpx2.Client(transport=FaultTransport(faults)), max_retries=0) as client:
    for number in range(12):
        question = {"role": "user", "content": f"Question {number}: what is the wind like?"}
        try:
            stream = client.chat.completions.create(
                model="gpt-4o", messages=[question], stream=True, max_tokens=12
            )
            print(f"answer {number}: {sum(bool(part.choices) for part in stream)} pieces")
        except APIError as error:
            print(f"answer {number}: {type(error).__name__}")

print(f"touched: {len(faults.touched)} of 12")
for one in faults.touched:
    print(f"  {one.at_s:.2f} s  {one.fault}: {one.action}")
