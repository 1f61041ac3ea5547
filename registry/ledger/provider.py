"""The embedded chain as a provider of web3.py, so that the sender talks to it as to any endpoint.

Requests pass through JSON and the dispatcher as they would over HTTP; only `eth_sendRawTransaction` is there besides.
"""

import json
from typing import Any, cast

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from registry.ledger.embedded import EmbeddedChain
from registry.ledger.methods import Method, reading_methods
from registry.ledger.quantities import data, parse_data
from registry.ledger.rpc import JsonRpc


class EmbeddedProvider(JSONBaseProvider):
    """For the process that owns the chain: `Web3(EmbeddedProvider(chain, version="0.1.0"))`."""

    def __init__(self, chain: EmbeddedChain, *, version: str) -> None:
        super().__init__()
        methods: dict[str, Method] = reading_methods(chain.blocks, lambda: chain.state, version=version)
        methods["eth_sendRawTransaction"] = lambda raw: data(chain.send_raw_transaction(parse_data(raw, "transaction")))
        self._rpc = JsonRpc(methods)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One request's response."""
        return cast(RPCResponse, self._rpc.dispatch(json.loads(self.encode_rpc_request(method, params))))

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | RPCResponse:
        """A batch's responses, in the order of its requests."""
        return cast(
            "list[RPCResponse] | RPCResponse", self._rpc.dispatch(json.loads(self.encode_batch_rpc_request(requests)))
        )
