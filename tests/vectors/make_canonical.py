"""Writes canonical.json: canonical JSON spelt by hand, and one case for each way in which bytes can be something else.

RFC 8785 has floats and non-ASCII keys; statements and certificates have neither. Its examples stand here as far as they
apply: what it says of strings and literals as good cases, its sorting example, of non-ASCII keys, as a bad one.
"""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("canonical.json")

CONTROLS = (
    '"'
    r"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f"
    r"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
    '"'
)

# name, value, its only bytes
GOOD: list[tuple[str, Any, str]] = [
    ("null", None, "null"),
    ("true", True, "true"),
    ("false", False, "false"),
    ("zero", 0, "0"),
    ("minus one", -1, "-1"),
    ("the largest integer", 9007199254740991, "9007199254740991"),
    ("the smallest integer", -9007199254740991, "-9007199254740991"),
    ("no text", "", '""'),
    ("no items", [], "[]"),
    ("no fields", {}, "{}"),
    ("items keep their order", [3, 1, 2, [], {}], "[3,1,2,[],{}]"),
    ("keys are sorted", {"b": 1, "a": 2, "": 3, "aa": 4, "A": 5}, '{"":3,"A":5,"a":2,"aa":4,"b":1}'),
    ("keys are sorted as text, not as numbers", {"9": 1, "10": 2, "1": 3}, '{"1":3,"10":2,"9":1}'),
    ("keys are sorted inside, too", [{"b": {"d": 1, "c": 2}, "a": 0}], '[{"a":0,"b":{"c":2,"d":1}}]'),
    ("keys are sorted before they are escaped", {"\r": 1, "!": 2, "\\": 3, "a": 4}, r'{"\r":1,"!":2,"\\":3,"a":4}'),
    ("RFC 8785: literals", {"literals": [None, True, False]}, '{"literals":[null,true,false]}'),
    ("RFC 8785: a string", {"string": '€$\x0f\nA\'B"\\\\"/'}, r"""{"string":"€$\u000f\nA'B\"\\\\\"/"}"""),
    ("RFC 8785: the ASCII keys of the sorting example", {"1": "One", "\r": "CR"}, r'{"\r":"CR","1":"One"}'),
    ("every control character", "".join(map(chr, range(32))), CONTROLS),
    ("delete is not escaped", "\x7f", '"\x7f"'),
    ("a slash is not escaped", "</a>", '"</a>"'),
    ("letters are not escaped", "Zoë Ωmega", '"Zoë Ωmega"'),
    ("characters beyond the basic plane are not escaped", "😀𝒜", '"😀𝒜"'),
    ("line and paragraph separators are not escaped", "\u2028\u2029", '"\u2028\u2029"'),
    ("a byte order mark inside a string is a character", "\ufeff", '"\ufeff"'),
    ("nothing is normalised: composed", "\u00e9", '"\u00e9"'),
    ("nothing is normalised: decomposed", "e\u0301", '"e\u0301"'),
    ("sixteen deep", [[[[[[[[[[[[[[[0]]]]]]]]]]]]]]], "[" * 15 + "0" + "]" * 15),
]

BAD: list[tuple[str, str | bytes]] = [
    ("nothing", ""),
    ("half a value", '{"a":1'),
    ("half a literal", "nul"),
    ("half a string", '"a'),
    ("two values", "1 2"),
    ("a trailing comma", "[1,]"),
    ("a comment", "[1/**/]"),
    ("single quotes", "'a'"),
    ("a key without quotes", "{a:1}"),
    ("a key twice", '{"a":1,"a":1}'),
    ("a key twice, with other values", '{"a":1,"a":2}'),
    ("a key twice, once escaped", r'{"a":1,"\u0061":1}'),
    ("a key twice, deep inside", '[{"a":{"b":1,"b":1}}]'),
    ("keys not sorted", '{"b":1,"a":2}'),
    ("keys sorted as numbers", '{"9":1,"10":2}'),
    ("keys sorted without regard to case", '{"a":1,"B":2}'),
    ("RFC 8785: the sorting example", '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin","€":"Euro"}'),
    ("a key that is not ASCII", '{"é":1}'),
    ("a key with a lone surrogate", r'{"\ud800":1}'),
    ("a float", "1.5"),
    ("a float that is whole", "1.0"),
    ("an exponent", "1e3"),
    ("a capital exponent", "1E3"),
    ("a negative exponent", "1000e-3"),
    ("an exponent beyond all floats", "1e999999999"),
    ("minus zero", "-0"),
    ("minus zero as a float", "-0.0"),
    ("a leading zero", "01"),
    ("a leading zero after minus", "-01"),
    ("a plus", "+1"),
    ("hexadecimal", "0x10"),
    ("an underscore", "1_000"),
    ("digits that are not ASCII", "١"),
    ("2^53", "9007199254740992"),
    ("-2^53", "-9007199254740992"),
    ("2^64", "18446744073709551616"),
    ("five thousand digits", "9" * 5000),
    ("not a number", "NaN"),
    ("infinity", "Infinity"),
    ("minus infinity", "-Infinity"),
    ("a lone high surrogate", r'"\ud83d"'),
    ("a lone low surrogate", r'"\ude00"'),
    ("surrogates in the wrong order", r'"\ude00\ud83d"'),
    ("an escaped pair of surrogates", r'"\ud83d\ude00"'),
    ("a surrogate in UTF-8", b'"\xed\xa0\xbd"'),
    ("a pair of surrogates in UTF-8", b'"\xed\xa0\xbd\xed\xb8\x80"'),
    ("a character in more bytes than it needs", b'"\xc0\xaf"'),
    ("a character beyond Unicode", b'"\xf4\x90\x80\x80"'),
    ("half a character", b'"\xe2\x82"'),
    ("Latin-1", b'"\xe9"'),
    ("UTF-16", '{"a":1}'.encode("utf-16")),
    ("a byte order mark in front", b'\xef\xbb\xbf{"a":1}'),
    ("a line break behind", '{"a":1}\n'),
    ("a space in front", ' {"a":1}'),
    ("a space after a colon", '{"a": 1}'),
    ("a space after a comma", "[1, 2]"),
    ("indented", '{\n "a": 1\n}'),
    ("a null character behind", '{"a":1}\0'),
    ("a control character as itself", '"\x1f"'),
    ("a tab as itself", '"\t"'),
    ("an escaped letter", r'"\u0041"'),
    ("an escaped slash", r'"\/"'),
    ("an escaped delete", r'"\u007f"'),
    ("an escaped letter that is not ASCII", r'"\u00e9"'),
    ("a long escape where there is a short one", r'"\u000a"'),
    ("a capital in an escape", r'"\u001F"'),
    ("a capital U", r'"\U0000001f"'),
    ("an escape of another language", r'"\x1f"'),
    ("seventeen deep", "[" * 16 + "0" + "]" * 16),
    ("seventeen deep in objects", '{"a":' * 16 + "0" + "}" * 16),
    ("ten thousand deep", "[" * 10_000 + "]" * 10_000),
    ("two thousand deep and no end", '{"a":' * 2_000),
]


def document() -> str:
    """The file's text."""
    good = [{"name": name, "value": value, "bytes": text.encode().hex()} for name, value, text in GOOD]
    bad = [{"name": name, "bytes": (text.encode() if isinstance(text, str) else text).hex()} for name, text in BAD]
    about = (
        "canonical JSON: values with their only bytes, and bytes that are not canonical; written by make_canonical.py"
    )
    return json.dumps({"about": about, "good": good, "bad": bad}, indent=1) + "\n"
