"""Faults inside clients of httpx2: `FaultTransport`, and `AsyncFaultTransport` for coroutines."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx2

from faults.transport.httpx_family import answer_in_loop, answer_in_thread
from faults.transport.injection import Injection


class FaultTransport(httpx2.BaseTransport):
    """A transport whose answers are made worse; what no fault touches passes as it is."""

    def __init__(self, injection: Injection, inner: httpx2.BaseTransport | None = None) -> None:
        """`inner` asks the provider; without one, httpx2's usual transport."""
        self._injection = injection
        self._inner = inner or httpx2.HTTPTransport()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request, or fail as a faulty connection would."""
        response: httpx2.Response = answer_in_thread(
            httpx2, _Body, self._injection, self._inner, request
        )
        return response

    def close(self) -> None:
        """Close what asks the provider."""
        self._inner.close()


class AsyncFaultTransport(httpx2.AsyncBaseTransport):
    """The same for coroutines."""

    def __init__(
        self, injection: Injection, inner: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """`inner` asks the provider; without one, httpx2's usual transport."""
        self._injection = injection
        self._inner = inner or httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request, or fail as a faulty connection would."""
        response: httpx2.Response = await answer_in_loop(
            httpx2, _AsyncBody, self._injection, self._inner, request
        )
        return response

    async def aclose(self) -> None:
        """Close what asks the provider."""
        await self._inner.aclose()


class _Body(httpx2.SyncByteStream):
    def __init__(self, parts: Iterator[bytes], close: Callable[[], None]) -> None:
        self._parts = parts
        self._close = close

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        self._close()


class _AsyncBody(httpx2.AsyncByteStream):
    def __init__(self, parts: AsyncIterator[bytes], close: Callable[[], Awaitable[None]]) -> None:
        self._parts = parts
        self._close = close

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts

    async def aclose(self) -> None:
        await self._close()
