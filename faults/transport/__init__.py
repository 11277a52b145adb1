"""Faults inside a client, without a proxy: for code whose base URL cannot be changed.

`for_httpx`, `for_httpx2` and `for_aiohttp` wrap the transport of a client that is there already;
`injection` says which of its requests meet which fault, `telling` plays the scripts.
"""
