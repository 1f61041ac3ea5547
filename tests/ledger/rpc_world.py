"""A chain with a few blocks, and an endpoint that reads it as another process would."""

import json
from pathlib import Path
from typing import Any

from registry.ledger.embedded import EmbeddedChain
from registry.ledger.rpc import EmbeddedEndpoint
from tests.ledger.small_chain import COUNTER, LOGGER, REFUSER, JumpingClock, Writer, open_chain

WRITER = Writer()
WORD = "0x" + "01" * 32


class World:
    """The chain, the endpoint, and what is on the chain, as JSON-RPC names it."""

    def __init__(self, folder: Path) -> None:
        self.chain: EmbeddedChain = open_chain(folder, JumpingClock())
        self.counter = "0x" + WRITER.deploy(self.chain, COUNTER).hex()
        self.logger = "0x" + WRITER.deploy(self.chain, LOGGER).hex()
        self.refuser = "0x" + WRITER.deploy(self.chain, REFUSER).hex()
        logger = bytes.fromhex(self.logger[2:])
        self.sent = "0x" + WRITER.send(self.chain, to=logger, data=b"\1" * 64 + b"more").hex()
        self.endpoint = EmbeddedEndpoint(folder / "chain.sqlite", version="1.2.3")

    def ask(self, method: str, *params: object) -> Any:
        response = self.endpoint.dispatch({"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)})
        assert isinstance(response, dict)
        assert (response["jsonrpc"], response["id"]) == ("2.0", 7)
        # As it would go over a wire.
        return json.loads(json.dumps(response))

    def result(self, method: str, *params: object) -> Any:
        return self.ask(method, *params)["result"]

    def error(self, method: str, *params: object) -> tuple[int, str]:
        error = self.ask(method, *params)["error"]
        return error["code"], error["message"]

    def close(self) -> None:
        self.endpoint.close()
        self.chain.close()
