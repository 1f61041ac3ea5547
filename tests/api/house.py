"""A founded registry behind its API: accounts, a key of each sort, a public and a private work, anchored.

Founding takes seconds, so that one house serves a whole session. Tests may add to it, and count from what they find.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import create_app
from registry.access import Access
from registry.accounts import Account, Scope
from registry.assemble import Registry, open_registry
from registry.settings import Settings
from registry.store.access import Accounts
from registry.works import Description, Keeping, Visibility, Work
from tests.api.pictures import drawing, png

PATIENCE = 60


@dataclass(frozen=True)
class House:
    """What the tests start from. `tokens` are named after the columns of docs/api.md, and `expired` and `revoked`."""

    registry: Registry
    app: FastAPI
    studio: Account
    shop: Account
    tokens: dict[str, str]
    public: Work
    private: Work
    public_file: bytes = field(repr=False)
    private_file: bytes = field(repr=False)

    def client(self, key: str | None = None, *, address: str = "127.0.0.1", host: str = "127.0.0.1:8000") -> TestClient:
        """A client that sends the named key, if any, and comes from `address`."""
        headers = {} if key is None else {"Authorization": f"Bearer {self.tokens[key]}"}
        return TestClient(
            self.app,
            base_url=f"http://{host}",
            headers=headers,
            client=(address, 50000),
            raise_server_exceptions=False,
            follow_redirects=False,
        )

    def page(self) -> TestClient:
        """A browser that has the page open on this machine."""
        client = self.client()
        client.get("/")
        client.headers["Origin"] = "http://127.0.0.1:8000"
        return client

    def anchor(self) -> None:
        """Anchors all that is in the log."""
        with self.registry.anchoring() as anchoring:
            deadline = time.monotonic() + PATIENCE
            while not self._anchored():
                assert time.monotonic() < deadline, "never anchored"
                anchoring.step(flush=True)

    def _anchored(self) -> bool:
        last = self.registry.ledger.last_anchored()
        return last is not None and last.checkpoint.size == self.registry.ledger.size()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("house"), media_workers=1, max_body_bytes=4 << 20)
    with open_registry(settings) as registry:
        access = registry.access
        studio, shop, operator = (access.create_account(name) for name in ("studio", "shop", "operator"))
        both = [Scope.REGISTER, Scope.CHECK]
        revoked = access.create_key(studio, both)
        access.revoke_key(revoked.key.id)
        long_ago = Access(Accounts(registry.database), lambda: registry.clock() - 1000)
        public_file, private_file = png(drawing("public")), png(drawing("private"))
        made = House(
            registry=registry,
            app=create_app(registry),
            studio=studio,
            shop=shop,
            tokens={
                "register": access.create_key(studio, [Scope.REGISTER]).token,
                "check": access.create_key(studio, [Scope.CHECK]).token,
                "admin": access.create_key(operator, [Scope.ADMIN]).token,
                "another's key": access.create_key(shop, both).token,
                "expired": long_ago.create_key(studio, both, lifetime=500).token,
                "revoked": revoked.token,
                "unknown": "om_" + "a" * 12 + "_" + "0" * 32,
                "nonsense": "letmein",
            },
            public=registry.registering.register(
                public_file, Description(title="Harbour"), studio, Keeping(original=True)
            ).work,
            private=registry.registering.register(
                private_file,
                Description(title="Secret", visibility=Visibility.PRIVATE),
                studio,
                Keeping(original=True),
            ).work,
            public_file=public_file,
            private_file=private_file,
        )
        made.anchor()
        yield made


@pytest.fixture(scope="session")
def server(house: House) -> Iterator[str]:
    """The house behind a real server on loopback: its address."""
    with served(house.app) as address:
        yield address


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serves the app on a port of its own; gives the address."""
    running = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not running.started:
            assert thread.is_alive(), "the server ended before it had started"
            assert time.monotonic() < deadline, "the server never started"
            time.sleep(0.01)
        port = running.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join()
