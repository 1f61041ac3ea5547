"""Several endpoints as one: who is silent is passed over, and who answered is asked first the next time."""

from collections.abc import Sequence
from typing import Any

import pytest

from registry.errors import RpcRefused, RpcUnavailable
from registry.ledger.reader import first_answering


class Endpoint:
    """Answers with its name, or not."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name, self.error, self.asked = name, error, 0

    def __call__(self, method: str, params: Sequence[Any]) -> Any:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.name


def test_the_one_that_answered_is_asked_first_from_then_on() -> None:
    one, two = Endpoint("one", RpcUnavailable("away")), Endpoint("two")
    request = first_answering([one, two])
    assert [request("m", []) for _ in range(5)] == ["two"] * 5
    assert (one.asked, two.asked) == (1, 5)
    one.error, two.error = None, RpcUnavailable("away")
    assert request("m", []) == "one"


def test_a_refusal_is_an_answer_and_silence_everywhere_an_error() -> None:
    refusing, other = Endpoint("one", RpcRefused("no such method", code=-32601)), Endpoint("two")
    with pytest.raises(RpcRefused):
        first_answering([refusing, other])("m", [])
    assert other.asked == 0
    silent = [Endpoint("one", RpcUnavailable("first")), Endpoint("two", RpcUnavailable("second"))]
    with pytest.raises(RpcUnavailable, match="second"):
        first_answering(silent)("m", [])
    with pytest.raises(RpcUnavailable):
        first_answering([])("m", [])
