"""A real S3-compatible server for tests: moto's, in a process of its own, so that it can be killed like any other.

As a pytest plugin this module gives the fixtures

    s3_server   a running server that takes any keys; one a test session
    s3_bucket   the name of an empty bucket there

Run as a program it serves on a free port, which it prints, until its standard input ends: however the test process
went, closed, crashed or killed, the server goes with it.
"""

import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

_ROOT = Path(__file__).parents[1]
_START_SECONDS = 60


@dataclass(frozen=True)
class S3Server:
    """A running server at `endpoint`. What it stores is in its memory and goes with it."""

    endpoint: str
    process: "subprocess.Popen[str]"

    def make_bucket(self) -> str:
        """A new empty bucket's name."""
        name = f"bucket-{secrets.token_hex(8)}"
        httpx.put(f"{self.endpoint}/{name}", trust_env=False).raise_for_status()
        return name

    def keys_needed(self) -> tuple[str, str]:
        """From now on requests need keys that are known; returns the id and the secret of such a pair."""
        self._iam(Action="CreateUser", UserName="registry")
        policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
        self._iam(Action="PutUserPolicy", UserName="registry", PolicyName="blobs", PolicyDocument=policy)
        told = self._iam(Action="CreateAccessKey", UserName="registry")
        httpx.post(f"{self.endpoint}/moto-api/reset-auth", content="0", trust_env=False).raise_for_status()
        return _between(told, "AccessKeyId"), _between(told, "SecretAccessKey")

    def _iam(self, **form: str) -> str:
        service = {"Authorization": "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/iam/aws4_request"}
        form["Version"] = "2010-05-08"
        return httpx.post(self.endpoint, data=form, headers=service, trust_env=False).raise_for_status().text


def _between(xml: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]+)</{name}>", xml)
    assert found, xml
    return found[1]


@contextmanager
def started() -> Iterator[S3Server]:
    """Runs a server until the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.s3"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = process.stdout.readline().strip()
        assert port, f"the S3 server ended with status {process.wait(_START_SECONDS)}"
        yield S3Server(f"http://127.0.0.1:{port}", process)
    finally:
        process.stdin.close()
        process.wait(_START_SECONDS)
        process.stdout.close()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """The session's server."""
    with started() as server:
        yield server


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """An empty bucket."""
    return s3_server.make_bucket()


def main() -> None:
    """Serves until standard input ends."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
