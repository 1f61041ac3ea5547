"""Canonical JSON: one spelling a value, and nothing else is read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.proof.canonical import MAX_BYTES, MAX_INT, Json, decode, decode_object, encode
from registry.proof.errors import Malformed, ProofError

VECTORS = json.loads(Path(__file__).parents[1].joinpath("vectors/canonical.json").read_text())

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-MAX_INT, MAX_INT) | text
values: st.SearchStrategy[Json] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
).filter(lambda value: _depth(value) <= 16)


def _depth(value: Json) -> int:
    match value:
        case list():
            return 1 + max(map(_depth, value), default=0)
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case _:
            return 1


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_the_only_bytes_of_a_value(case: dict[str, Any]) -> None:
    assert encode(case["value"]).hex() == case["bytes"]
    assert decode(bytes.fromhex(case["bytes"])) == case["value"]


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["name"])
def test_bytes_that_are_not_canonical(case: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        decode(bytes.fromhex(case["bytes"]))


@pytest.mark.parametrize(
    "value",
    [
        MAX_INT + 1,
        -MAX_INT - 1,
        10**5000,
        1.0,
        float("nan"),
        (1, 2),
        b"bytes",
        {"é": 1},
        {"\ud800": 1},
        "\ud800",
        ["\udfff"],
        {"a": {1, 2}},
        [[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]],
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, int) else f"{value.bit_length()} bits",
)
def test_values_without_canonical_bytes(value: Any) -> None:
    with pytest.raises(Malformed):
        encode(value)


def test_a_list_that_holds_itself_has_no_canonical_bytes() -> None:
    endless: list[Json] = []
    endless.append(endless)
    with pytest.raises(Malformed, match="nested deeper"):
        encode(endless)


def test_a_mebibyte_is_the_most_either_way() -> None:
    longest = "x" * (MAX_BYTES - 2)
    assert decode(encode(longest)) == longest
    with pytest.raises(Malformed, match="longer than"):
        encode(longest + "x")
    with pytest.raises(Malformed, match="longer than"):
        decode(b'"' + longest.encode() + b'x"')


def test_an_object_is_asked_for_by_name() -> None:
    assert decode_object(b'{"a":1}') == {"a": 1}
    for other in (b"[]", b"null", b"1", b'"a"'):
        with pytest.raises(Malformed, match="not a JSON object"):
            decode_object(other)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":2}', "the key 'a' stands twice"),
        (b"NaN", "the number 'NaN' is not an integer"),
        (b"1.0", "the number '1.0' is not an integer"),
        (b"9007199254740992", "an integer is 2^53 or more away from 0"),
        (b"[1, 2]", "not in canonical form"),
        (b"[1,2", "not JSON: Expecting ',' delimiter: line 1 column 5 (char 4)"),
    ],
)
def test_messages_say_what_is_wrong(data: bytes, why: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode(data)
    assert str(caught.value) == why


def test_messages_stay_short_and_on_one_line() -> None:
    for data in (
        b'{"\\u001b[2J' + b"x" * 100_000 + b'":1,"\\u001b[2J' + b"x" * 100_000 + b'":1}',
        b"1." + b"0" * 100_000,
        '{"é\n'.replace("\n", "\\n").encode() + b"x" * 100_000 + b'":1}',
        b"9" * 100_000,
        b'"' + b"x" * 100_000,
    ):
        with pytest.raises(Malformed) as caught:
            decode(data)
        assert len(str(caught.value)) < 200
        assert str(caught.value).isprintable()


@given(values)
def test_encode_and_decode_go_round(value: Json) -> None:
    data = encode(value)
    again = decode(data)
    assert again == value
    assert encode(again) == data


@given(values, st.integers(0), st.binary(max_size=2))
def test_another_spelling_is_another_value_or_refused(value: Json, place: int, inserted: bytes) -> None:
    data = encode(value)
    place %= len(data) + 1
    edited = data[:place] + inserted + data[place + len(inserted) // 2 :]
    try:
        again = decode(edited)
    except Malformed:
        return
    assert encode(again) == edited


@given(values, st.booleans(), st.sampled_from([None, 1]), st.sampled_from([(",", ":"), (", ", ": ")]))
def test_other_spellings_of_the_same_value_are_refused(
    value: Json, ascii_only: bool, indent: int | None, separators: tuple[str, str]
) -> None:
    other = json.dumps(value, ensure_ascii=ascii_only, indent=indent, separators=separators, sort_keys=True).encode()
    if other != encode(value):
        with pytest.raises(Malformed):
            decode(other)


@given(
    st.binary(max_size=60)
    | text.map(str.encode)
    | st.text('[]{}:,"\\u0123456789-.eEnulltrfas', max_size=40).map(str.encode)
)
def test_nothing_but_a_proof_error_escapes(data: bytes) -> None:
    try:
        value = decode(data)
    except ProofError:
        return
    assert encode(value) == data


def test_a_deep_nest_is_refused_whatever_the_recursion_limit_is() -> None:
    """Where a library has raised the limit, json itself would take the process with it."""
    code = (
        "import sys; sys.setrecursionlimit(100_000)\n"
        "from registry.proof.canonical import decode\n"
        "from registry.proof.errors import Malformed\n"
        "try: decode(b'[' * 500_000)\n"
        "except Malformed: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "refused\n", done
