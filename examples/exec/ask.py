# ruff: noqa: INP001 - a script
"""Asks three times and prints what came: the official client, as many use it."""

from openai import OpenAI

client = OpenAI()  # where and with which key: OPENAI_BASE_URL and OPENAI_API_KEY
for number in range(3):
    question = {"role": "user", "content": f"Question {number}: what is the wind like?"}
    stream = client.chat.completions.create(model="gpt-4o", messages=[question], stream=True)
    pieces = [c.choices[0].delta.content or "" for c in stream if c.choices]
    print(f"answer {number}: {len(pieces)} pieces")  # noqa: T201 - that is what it is for
