"""The body limit: a request that says or turns out to be too large is refused before anything of it is kept.

1. `Content-Length` over the limit: refused before the first byte of the body is asked for
2. no length told (chunked): counted as it streams, and refused at the byte that is one too many
3. the refusal is sent whole, and then a little more is read and thrown away: a connection closed on a client in the
   middle of its sentence is reset, and a client that sees a reset may never see the answer
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_response
from api.problems import BODY_TOO_LARGE, body

LINGER_SECONDS = 1.0
LINGER_BYTES = 8 << 20
"""How long, and for how much, a refused client is still listened to."""

Limit = Callable[[str], int]
"""The most bytes that a path takes."""


class BodyLimit:
    """Holds every request's body to the limit of its path."""

    def __init__(self, app: ASGIApp, limit: Limit) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        told = _told_length(scope)
        # 1. the length is told
        if told is not None and told > limit:
            await _refuse(receive, send, limit, actual=told)
            return
        # 2. it is counted
        counted = _Counted(receive, send, limit)
        with suppress(_TooMuch):  # or the framework has made an answer of it, and that isn't sent
            await self._app(scope, counted.receive, counted.send)
        if counted.exceeded and not counted.started:
            await _refuse(receive, send, limit)


def _told_length(scope: Scope) -> int | None:
    told = Headers(scope=scope).get("content-length")
    try:
        return None if told is None else int(told)
    except ValueError:  # not a number, or one of more digits than Python reads; then what comes is counted
        return None


class _TooMuch(Exception):
    """Ends whoever reads the body; what they answer isn't sent."""


class _Counted:
    """The two channels of one request, with the bytes that came in counted."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._limit = receive, send, limit
        self._bytes = 0
        self.started = False

    @property
    def exceeded(self) -> bool:
        return self._bytes > self._limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self.exceeded:
            raise _TooMuch
        return message

    async def send(self, message: Message) -> None:
        if self.exceeded and not self.started:
            return
        self.started = self.started or message["type"] == "http.response.start"
        await self._send(message)


async def _refuse(receive: Receive, send: Send, limit: int, *, actual: int | None = None) -> None:
    detail = f"At most {limit:,} bytes are taken here" + ("." if actual is None else f"; this would be {actual:,}.")
    content = body(
        BODY_TOO_LARGE,
        detail,
        remedy="Send a smaller file.",
        facts={"what": "bytes", "limit": limit, "actual": actual},
    )
    answer = problem_response(BODY_TOO_LARGE, content, {"Connection": "close"})
    await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": bytes(answer.body), "more_body": True})
    # 3. the answer is out; its end waits until the client has had a moment to read it
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            await _throw_away(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _throw_away(receive: Receive) -> None:
    seen = 0
    while seen < LINGER_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
        seen += len(message.get("body", b""))
