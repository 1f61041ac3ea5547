"""Any chain reader behind JSON-RPC on loopback, as a node would answer, for verifiers that bring their own reader."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from registry.proof.chain import Block, ChainReader, ChainUnavailable, Tag, Transaction

METHOD_NOT_FOUND = -32601


@contextmanager
def served(chain: ChainReader) -> Iterator[str]:
    """Serves the chain until the block is left; gives its URL. While the chain is unavailable the answer is 503."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                answer = {"jsonrpc": "2.0", "id": question["id"], **_answer(chain, question)}
            except ChainUnavailable as error:
                self.send_error(503, str(error))
                return
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody reads a test's access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(chain: ChainReader, question: dict[str, Any]) -> dict[str, Any]:
    match question["method"], question["params"]:
        case "eth_chainId", []:
            return {"result": hex(chain.chain_id())}
        case "eth_getBlockByNumber", [which, bool()]:
            number = int(which, 16) if which.startswith("0x") else cast(Tag, which)
            block = chain.block(number)
            return {"result": None if block is None else _block(block)}
        case "eth_getTransactionReceipt", [transaction]:
            mined = chain.transaction(bytes.fromhex(transaction.removeprefix("0x")))
            return {"result": None if mined is None else _receipt(transaction, mined)}
        case method, _:
            return {"error": {"code": METHOD_NOT_FOUND, "message": f"the method {method} does not exist"}}


def _block(block: Block) -> dict[str, Any]:
    return {"number": hex(block.number), "hash": _hex(block.hash), "timestamp": hex(block.time), "transactions": []}


def _receipt(transaction: str, mined: Transaction) -> dict[str, Any]:
    return {
        "transactionHash": transaction,
        "blockNumber": hex(mined.block_number),
        "blockHash": _hex(mined.block_hash),
        "status": hex(mined.succeeded),
        "logs": [
            {
                "address": _hex(event.address),
                "topics": [_hex(topic) for topic in event.topics],
                "data": _hex(event.data),
                # As nodes do, counted within the block, where other transactions may stand before this one.
                "logIndex": hex(place + 7),
            }
            for place, event in enumerate(mined.events)
        ],
    }


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()
