"""An HTTP endpoint that a test makes behave badly, and that remembers what it was sent."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Endpoint:
    """A running endpoint: `answer` gives the status of each request, in as much time as it likes."""

    answer: Callable[[], int]
    address: str = ""
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)


@contextmanager
def answering(answer: Callable[[], int]) -> Iterator[Endpoint]:
    """Runs it until the block is left."""
    endpoint = Endpoint(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            endpoint.requests.append((self.command, self.path, headers))
            status = endpoint.answer()
            try:
                self.send_response(status)
                self.send_header("ETag", '"any"')
                self.send_header("Content-Length", "0")
                self.end_headers()
            except ConnectionError:
                self.close_connection = True

        do_GET = do_HEAD = do_DELETE = do_POST = do_PUT

        def log_message(self, *_: object) -> None:
            """Nothing: it would be noise among the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        endpoint.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()
