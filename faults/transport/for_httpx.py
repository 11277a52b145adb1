"""Faults inside clients of httpx: `FaultTransport`, and `AsyncFaultTransport` for coroutines."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx

from faults.transport.httpx_family import answer_in_loop, answer_in_thread
from faults.transport.injection import Injection


class FaultTransport(httpx.BaseTransport):
    """A transport whose answers are made worse; what no fault touches passes as it is."""

    def __init__(self, injection: Injection, inner: httpx.BaseTransport | None = None) -> None:
        """`inner` asks the provider; without one, httpx's usual transport."""
        self._injection = injection
        self._inner = inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or fail as a faulty connection would."""
        response: httpx.Response = answer_in_thread(
            httpx, _Body, self._injection, self._inner, request
        )
        return response

    def close(self) -> None:
        """Close what asks the provider."""
        self._inner.close()


class AsyncFaultTransport(httpx.AsyncBaseTransport):
    """The same for coroutines."""

    def __init__(self, injection: Injection, inner: httpx.AsyncBaseTransport | None = None) -> None:
        """`inner` asks the provider; without one, httpx's usual transport."""
        self._injection = injection
        self._inner = inner or httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, or fail as a faulty connection would."""
        response: httpx.Response = await answer_in_loop(
            httpx, _AsyncBody, self._injection, self._inner, request
        )
        return response

    async def aclose(self) -> None:
        """Close what asks the provider."""
        await self._inner.aclose()


class _Body(httpx.SyncByteStream):
    def __init__(self, parts: Iterator[bytes], close: Callable[[], None]) -> None:
        self._parts = parts
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self._close()


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, parts: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]) -> None:
        self._parts = parts
        self._close = close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts

    async def aclose(self) -> None:
        await self._close()
