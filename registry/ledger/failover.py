"""Several endpoints of one chain as one provider of web3.py: who doesn't answer is passed over."""

from collections.abc import Sequence
from typing import Any

import requests
from web3 import HTTPProvider
from web3.exceptions import Web3Exception, Web3RPCError
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse


class Failover(JSONBaseProvider):
    """Asks the endpoint that answered last, and where it is silent the next one, once around.

    An answer that is an error is an answer: another node would say the same. Asking again is safe, for a transaction is
    known by its bytes wherever it arrives.
    """

    def __init__(self, urls: Sequence[str], timeout: float) -> None:
        super().__init__()
        self._providers = [HTTPProvider(url, request_kwargs={"timeout": timeout}) for url in urls]
        self._current = 0

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One request's response; raises what the last endpoint's silence raised."""
        for turn in range(len(self._providers)):
            at = (self._current + turn) % len(self._providers)
            try:
                answer = self._providers[at].make_request(method, params)
            except Web3RPCError:
                raise
            except (requests.RequestException, Web3Exception, OSError, ValueError):
                if turn == len(self._providers) - 1:
                    raise
                continue
            self._current = at
            return answer
        raise AssertionError("there is at least one endpoint")
