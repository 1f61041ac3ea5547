"""JSON-RPC 2.0: requests and batches in, responses out, whatever comes in.

    -32600  not a request, or a batch that is empty or too large
    -32601  no such method; this endpoint only reads
    -32602  parameters that mean nothing
    -32001  a block that isn't there
    -32002  not now: no chain yet, or too many calls at once
    -32000  anything else that a node refuses
         3  a contract reverted; `data` is what it returned

-32700, for bytes that are no JSON, belongs to whoever reads the bytes.
"""

import inspect
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from registry.errors import (
    Busy,
    ExecutionReverted,
    InvalidInput,
    NotFound,
    OriginmarkError,
    RpcRefused,
    RpcUnavailable,
)
from registry.ledger.blocks import EmbeddedBlocks, JsonObject
from registry.ledger.methods import Method, reading_methods
from registry.ledger.quantities import data

if TYPE_CHECKING:
    from registry.ledger.evm import EmbeddedState

MAX_BATCH = 100
"""The most requests in a batch: what ethers packs into one by default."""

_WRITING = ("eth_send", "eth_sign", "personal_", "wallet_", "miner_", "admin_")


class JsonRpc:
    """Answers requests by a table of methods."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = {name: (method, inspect.signature(method)) for name, method in methods.items()}

    def dispatch(self, request: object) -> JsonObject | list[JsonObject] | None:
        """The response to a request or a batch, as parsed from JSON; None where all were notifications.

        No request raises: what is wrong with it is in its response.
        """
        if not isinstance(request, list):
            return self._answer(request)
        if not 1 <= len(request) <= MAX_BATCH:
            return _error(None, -32600, f"a batch has 1 to {MAX_BATCH} requests")
        answers = [answer for each in request if (answer := self._answer(each)) is not None]
        return answers or None

    def _answer(self, request: object) -> JsonObject | None:
        if not isinstance(request, dict):
            return _error(None, -32600, "not a request")
        name, identity = request.get("method"), request.get("id")
        if not _is_identity(identity):
            return _error(None, -32600, "the id is neither a string nor a whole number nor null")
        if request.get("jsonrpc") != "2.0" or not isinstance(name, str):
            return _error(identity, -32600, "not a request of JSON-RPC 2.0")
        answer = self._call(name, request.get("params"), identity)
        return answer if "id" in request else None

    def _call(self, name: str, params: object, identity: object) -> JsonObject:
        if name not in self._methods:
            read_only = ": this endpoint is read-only" if name.startswith(_WRITING) else ""
            return _error(identity, -32601, f"the method {name[:64]!a} is not available{read_only}")
        method, signature = self._methods[name]
        if params is not None and not isinstance(params, list):
            return _error(identity, -32602, "params is not a list")
        try:
            arguments = signature.bind(*(params or ()))
        except TypeError as error:
            return _error(identity, -32602, f"{name}: {error}")
        try:
            return {"jsonrpc": "2.0", "id": identity, "result": method(*arguments.args)}
        except OriginmarkError as error:
            return _failure(identity, error)


class EmbeddedEndpoint(JsonRpc):
    """The embedded chain in `path` for any Ethereum client, read-only, from any process, whoever owns it.

    The EVM is loaded at the first question that needs it.
    """

    def __init__(self, path: Path, *, version: str) -> None:
        self._path = path
        self._blocks = EmbeddedBlocks(path)
        self._state: EmbeddedState | None = None
        self._loading = threading.Lock()
        super().__init__(reading_methods(self._blocks, self._load_state, version=version))

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        self._blocks.close()
        if self._state is not None:
            self._state.close()

    def _load_state(self) -> "EmbeddedState":
        from registry.ledger.evm import EmbeddedState  # noqa: PLC0415 - py-evm takes a second to import

        with self._loading:
            if self._state is None:
                self._state = EmbeddedState(self._path)
            return self._state


def _is_identity(value: object) -> bool:
    """Whether it can be sent back: no fractions, no infinities, no half of a surrogate pair."""
    if isinstance(value, str):
        return value.isprintable()
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _failure(identity: object, error: OriginmarkError) -> JsonObject:
    match error:
        case InvalidInput():
            return _error(identity, -32602, error.message)
        case ExecutionReverted():
            answer = _error(identity, error.code, error.message)
            answer["error"]["data"] = data(error.data)
            return answer
        case RpcRefused():
            return _error(identity, error.code, error.message)
        case NotFound():
            return _error(identity, -32001, error.message)
        case Busy() | RpcUnavailable():
            return _error(identity, -32002, error.message)
        case _:
            return _error(identity, -32000, error.message)


def _error(identity: object, code: int, message: str) -> JsonObject:
    return {"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": message}}
