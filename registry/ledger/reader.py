"""A chain, read through any JSON-RPC: what verification and the watcher see of it. No web3: it loads at once."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from registry.errors import RpcRefused, RpcUnavailable
from registry.ledger.rpc import EmbeddedEndpoint
from registry.proof.chain import Block, ChainUnavailable, Event, Tag, Transaction

JsonRpc = Callable[[str, Sequence[Any]], Any]
"""(method, params) -> result. Raises RpcUnavailable when nothing answers, RpcRefused for an answer that is an error."""

TIMEOUT_SECONDS = 20.0

Value = TypeVar("Value")


class JsonRpcReader:
    """Implements `registry.proof.chain.ChainReader` over one JSON-RPC function."""

    def __init__(self, request: JsonRpc) -> None:
        self._request = request

    def chain_id(self) -> int:
        """EIP-155's id."""
        return _number(self._ask("eth_chainId"))

    def block(self, which: int | Tag) -> Block | None:
        """The block with this number or tag; None where there is none, or the chain doesn't know the tag."""
        name = which if isinstance(which, str) else hex(which)
        try:
            found = self._request("eth_getBlockByNumber", [name, False])
        except RpcRefused as error:
            if isinstance(which, str):
                return None  # older chains have no `safe` and `finalized`
            raise ChainUnavailable(str(error)) from error
        except RpcUnavailable as error:
            raise ChainUnavailable(str(error)) from error
        return None if found is None else _parsed(_block, found)

    def transaction(self, transaction: bytes) -> Transaction | None:
        """The mined transaction with this hash."""
        found = self._ask("eth_getTransactionReceipt", "0x" + transaction.hex())
        return None if found is None else _parsed(_transaction, found)

    def balance(self, address: bytes) -> int:
        """What an account has, in wei."""
        return _number(self._ask("eth_getBalance", "0x" + address.hex(), "latest"))

    def _ask(self, method: str, *params: object) -> Any:
        try:
            return self._request(method, params)
        except (RpcUnavailable, RpcRefused) as error:
            raise ChainUnavailable(str(error)) from error


def http_json_rpc(url: str) -> JsonRpc:
    """JSON-RPC over HTTP. The URL may hold a secret, so it stands in no error."""
    import httpx  # noqa: PLC0415 - the embedded chain is read without it, and every command would wait for it

    def request(method: str, params: Sequence[Any]) -> Any:
        try:
            answer = httpx.post(
                url,
                json={"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)},
                timeout=TIMEOUT_SECONDS,
            )
            body = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise RpcUnavailable(f"The JSON-RPC endpoint gave no answer: {type(error).__name__}.") from error
        if not isinstance(body, dict) or ("result" not in body and "error" not in body):
            raise RpcUnavailable("The endpoint's answer is not JSON-RPC.")
        if refusal := body.get("error"):
            message, code = refusal.get("message"), int(refusal.get("code", 0))
            raise RpcRefused(f"The endpoint refused {method}: {message}", code=code)
        return body["result"]

    return request


def first_answering(endpoints: Sequence[JsonRpc]) -> JsonRpc:
    """Several endpoints of one chain as one: the one that answered last is asked, and who is silent is passed over.

    A refusal is an answer: another node would say the same.
    """
    current = 0

    def request(method: str, params: Sequence[Any]) -> Any:
        nonlocal current
        silent = RpcUnavailable("There is no JSON-RPC endpoint.")
        for at in [(current + turn) % len(endpoints) for turn in range(len(endpoints))]:
            try:
                answer = endpoints[at](method, params)
            except RpcUnavailable as error:
                silent = error
            else:
                current = at
                return answer
        raise silent

    return request


def embedded_json_rpc(endpoint: EmbeddedEndpoint) -> JsonRpc:
    """JSON-RPC of the embedded chain, without HTTP between."""

    def request(method: str, params: Sequence[Any]) -> Any:
        answer = endpoint.dispatch({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        if not isinstance(answer, dict):
            raise RpcUnavailable("The embedded chain gave no answer.")
        if refusal := answer.get("error"):
            raise RpcRefused(f"The embedded chain refused {method}: {refusal['message']}", code=refusal["code"])
        return answer["result"]

    return request


def _parsed(parse: Callable[[Any], Value], found: Any) -> Value:
    try:
        return parse(found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ChainUnavailable(f"the endpoint's answer makes no sense: {error!r}") from error


def _block(found: Any) -> Block:
    return Block(number=_number(found["number"]), hash=_octets(found["hash"]), time=_number(found["timestamp"]))


def _transaction(found: Any) -> Transaction:
    return Transaction(
        block_number=_number(found["blockNumber"]),
        block_hash=_octets(found["blockHash"]),
        succeeded=_number(found["status"]) == 1,
        events=tuple(
            Event(
                address=_octets(event["address"]),
                topics=tuple(_octets(topic) for topic in event["topics"]),
                data=_octets(event["data"]),
            )
            for event in found["logs"]
        ),
    )


def _number(text: str) -> int:
    return int(text, 16)


def _octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
