"""Faults inside a client, without a proxy: for code whose base URL cannot be changed.

`for_httpx` and `for_httpx2` wrap the transport of a client that is there already;
`injection` says which of its requests meet which fault, `telling` plays the scripts.
"""
