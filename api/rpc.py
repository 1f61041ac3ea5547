"""`/rpc`: the embedded chain for any Ethereum client, read-only, so that nobody has to take our word for an anchor."""

import json
import math
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from api.callers import Running
from api.wire import problems
from registry.errors import NotFound
from registry.proof.canonical import nested_deeper

router = APIRouter(tags=["chain"])

MAX_BODY = 1 << 20
"""The most bytes of a request or batch."""

MAX_DEPTH = 32
"""How deep lists and objects may lie in each other."""

_NO_JSON = {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "the body is not JSON"}}


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post(
    "/rpc",
    response_class=Response,
    responses={
        200: {"description": "The response or batch of responses", "content": {"application/json": {}}},
        204: {"description": "Nothing was asked: there were notifications only"},
        **problems(404, 413),
    },
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}},
)
def rpc(body: Annotated[bytes, Depends(_body)], registry: Running) -> Response:
    """JSON-RPC 2.0: blocks, receipts, logs and calls of the embedded chain."""
    if registry.endpoint is None:
        raise NotFound(
            "embedded chain", "rpc", remedy="This registry is anchored on a public chain: ask a node of that."
        )
    try:
        request = _parsed(body)
    except ValueError:
        return JSONResponse(_NO_JSON)
    answer = registry.endpoint.dispatch(request)
    # Escaped to ASCII: what is quoted from a request may hold half a surrogate pair, and UTF-8 can't write that.
    return Response(status_code=204) if answer is None else Response(json.dumps(answer), media_type="application/json")


def _parsed(body: bytes) -> object:
    """The JSON of a request; raises ValueError for anything else."""
    text = body.decode()
    if nested_deeper(text, MAX_DEPTH):
        raise ValueError("nested too deeply")
    return json.loads(text, parse_float=_finite, parse_constant=_finite)


def _finite(text: str) -> float:
    """A number of JSON; `NaN`, `Infinity` and what is as large are none."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
