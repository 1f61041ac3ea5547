"""Style sheets of a drawing, settled here and not by the renderer: then all references stand in attributes.

The part of CSS that drawing programs write: selectors of element, class and id, in lists, within or directly within one
another; `!important`; rules by specificity, then by order (CSS Cascading Level 4, section 6). Rules with an `@`,
an escape or any other selector are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from registry.media.budget import within

_MARKS = re.compile(r"[{};]")
_COMPOUND = re.compile(r"(\*|[A-Za-z_][\w-]*)?((?:[.#][\w-]+)*)")
_PIECE = re.compile(r"([.#])([\w-]+)")

_STEPS = 1_000_000
"""Selectors read, selectors held against an element, declarations applied: about a second. Exports take a few for each
element."""

_STEPS_PER_SELECTOR = 10

_MARKERS = ("marker-start", "marker-mid", "marker-end")


@dataclass(frozen=True, slots=True)
class Subject:
    """What selectors can tell of an element."""

    name: str
    identifier: str | None
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Compound:
    """`tag.class#id`; `direct` says that the next one to the right is its child, not any descendant."""

    name: str | None
    identifier: str | None
    classes: frozenset[str]
    direct: bool

    def fits(self, subject: Subject) -> bool:
        return (
            (self.name is None or self.name == subject.name)
            and (self.identifier is None or self.identifier == subject.identifier)
            and self.classes.issubset(subject.classes)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """`rank` is specificity, then order. `outer` runs from the innermost ancestor outwards."""

    rank: tuple[int, int, int, int]
    target: _Compound
    outer: tuple[_Compound, ...]
    declared: list[tuple[str, str, bool]]


class Stylesheet:
    """The rules of all style elements of a drawing, found by what their last part names."""

    def __init__(self, css: str, properties: frozenset[str]) -> None:
        self._properties = properties
        self._rules: defaultdict[str, list[_Rule]] = defaultdict(list)
        self._steps = 0
        for order, (selectors, body) in enumerate(_blocks(_without_comments(css))):
            declared = list(_declarations(body, properties))
            for selector in selectors.split(",") if declared else ():
                self._count(_STEPS_PER_SELECTOR)
                if (rule := _rule(selector, order, declared)) is not None:
                    self._rules[_key(rule.target)].append(rule)

    def styles(self, subject: Subject, ancestors: list[Subject], own: str) -> dict[str, str]:
        """What the rules and its own style attribute say of an element; `ancestors` runs from the root inwards.

        Raises `MediaTooLarge` when all rules have been held against too many elements.
        """
        found = [rule for rule in self._candidates(subject) if self._applies(rule, subject, ancestors)]
        found.sort(key=lambda rule: rule.rank)
        declared = [one for rule in found for one in rule.declared]
        declared += _declarations(own, self._properties)
        return {name: value for wanted in (False, True) for name, value, important in declared if important is wanted}

    def _candidates(self, subject: Subject) -> Iterator[_Rule]:
        if self._rules:
            for key in ("*", subject.name, f"#{subject.identifier}", *(f".{name}" for name in subject.classes)):
                yield from self._rules.get(key, ())

    def _applies(self, rule: _Rule, subject: Subject, ancestors: list[Subject]) -> bool:
        """Nearest ancestor first, and no other tried: enough for what exports write, and never exponential."""
        if not self._fits(rule.target, subject):
            return False
        level = len(ancestors)
        for compound in rule.outer:
            level -= 1
            while level >= 0 and not self._fits(compound, ancestors[level]):
                level = -1 if compound.direct else level - 1
            if level < 0:
                return False
        self._count(len(rule.declared))
        return True

    def _fits(self, compound: _Compound, subject: Subject) -> bool:
        self._count(1)
        return compound.fits(subject)

    def _count(self, steps: int) -> None:
        self._steps += steps
        within("steps of applying its style rules", self._steps, _STEPS)


def _without_comments(css: str) -> str:
    first, *others = css.split("/*")
    return first + "".join(other.partition("*/")[2] for other in others)


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """The selectors and the body of each rule outside of `@` rules."""
    start = depth = 0
    prelude = ""
    for found in _MARKS.finditer(css):
        mark = found.group()
        if mark == "{":
            if depth == 0:
                prelude, start = css[start : found.start()].strip(), found.end()
            depth += 1
        elif mark == "}":
            if depth == 1 and not prelude.startswith("@"):
                yield prelude, css[start : found.start()]
            depth = max(0, depth - 1)
            if depth == 0:
                start = found.end()
        elif depth == 0:
            start = found.end()


def _declarations(text: str, properties: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
    """Name, value and whether it is important, of each declaration of a property that draws."""
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        value, bang, word = value.strip().partition("!")
        if bang and word.strip().lower() != "important":
            continue
        for each in _MARKERS if name == "marker" else (name,):
            if each in properties and value and "\\" not in value:
                yield each, value.strip(), bool(bang)


def _rule(selector: str, order: int, declared: list[tuple[str, str, bool]]) -> _Rule | None:
    """None for a selector of another kind than those that are read."""
    compounds: list[_Compound] = []
    direct = False
    for word in reversed(selector.replace(">", " > ").split()):
        if word == ">":
            if direct or not compounds:
                return None
            direct = True
            continue
        if (compound := _compound(word, direct)) is None:
            return None
        compounds.append(compound)
        direct = False
    if direct or not compounds:
        return None
    rank = (
        sum(one.identifier is not None for one in compounds),
        sum(len(one.classes) for one in compounds),
        sum(one.name is not None for one in compounds),
        order,
    )
    return _Rule(rank, compounds[0], tuple(compounds[1:]), declared)


def _compound(word: str, direct: bool) -> _Compound | None:
    found = _COMPOUND.fullmatch(word)
    if found is None:
        return None
    pieces = _PIECE.findall(found[2])
    identifiers = [name for mark, name in pieces if mark == "#"]
    if len(identifiers) > 1:
        return None
    return _Compound(
        None if found[1] in (None, "*") else found[1],
        identifiers[0] if identifiers else None,
        frozenset(name for mark, name in pieces if mark == "."),
        direct,
    )


def _key(compound: _Compound) -> str:
    """Under which of the names that an element has its rules are looked up: one that all of them have."""
    if compound.identifier is not None:
        return f"#{compound.identifier}"
    return f".{min(compound.classes)}" if compound.classes else compound.name or "*"
