"""The second part: listings are held against the registry, copies and others."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from registry.accounts import Viewer
from registry.cli.demo.art.artworks import Artwork, png
from registry.cli.demo.cast import RIDGE, Cast
from registry.cli.demo.copies import CROPPED_A_LITTLE, CROPPED_MORE, EVERYDAY, SAME, TILTED, Copying
from registry.cli.demo.rows import Came, Expectation, Part
from registry.findings import Clear, Decision, Inconclusive, Match, Matched, Signal, Verdict
from registry.listings import Listing
from registry.match.thresholds import PDQ_BITS

PRIVATE = "Koi pond"

LOOKALIKE = "another bird"
"""A stranger's drawing that has the outline of a registered one in common, which a person may have to look at."""


def checking(cast: Cast) -> Iterator[Expectation]:
    """What is expected of checks."""
    public = cast.public()
    for copying in (SAME, *EVERYDAY):
        what = f"{len(public)} works, {copying.words}"
        yield _expect(what, "block each", partial(_all_blocked, cast, public, copying))
    for title, copying, expected, decisions in (
        ("Month of moons", CROPPED_A_LITTLE, "block", (Decision.BLOCK,)),
        ("Herbarium", CROPPED_MORE, "not allowed", (Decision.BLOCK, Decision.REVIEW)),
        ("Round bird", TILTED, "not allowed", (Decision.BLOCK, Decision.REVIEW)),
    ):
        yield _expect(f"{title}, {copying.words}", expected, partial(_copy, cast, title, copying, decisions))
    yield _expect("Regatta, listed by its claimant", "allow", partial(_own, cast, "Regatta"))
    yield _expect(f"private {PRIVATE}, for a stranger", "clear", partial(_private, cast))
    yield _expect("…and what its claimant is told", "1 sighting", partial(_sighting, cast))
    yield _expect(f"private {PRIVATE}, for its claimant", "block", partial(_private_to_its_owner, cast))
    strangers = [artwork for artwork in cast.pictures.strangers if artwork.title != LOOKALIKE]
    yield _expect(f"{len(strangers)} pictures by strangers", "clear each", partial(_all_clear, cast, strangers))
    for lookalike in (artwork for artwork in cast.pictures.strangers if artwork.title == LOOKALIKE):
        yield _expect(f"{lookalike.title}, of the same parts", "not blocked", partial(_not_blocked, cast, lookalike))
    yield _expect("a blank card", "inconclusive", partial(_blank, cast))


def _expect(what: str, expected: str, act: Callable[[], Came]) -> Expectation:
    return Expectation(Part.CHECKED, what, expected, act)


def _check(cast: Cast, data: bytes, *, seller: str | None = None, viewer: Viewer | None = None) -> Verdict:
    return cast.registry.checking.check(data, Listing(seller=seller), viewer or cast.market).verdict


def _check_many(cast: Cast, artworks: Sequence[Artwork], make: Callable[[Artwork], bytes]) -> list[Verdict]:
    """The verdicts on many pictures, as many at once as there are workers to read them."""
    with ThreadPoolExecutor(cast.registry.desk.workers) as pool:
        return list(pool.map(lambda artwork: _check(cast, make(artwork)), artworks))


def _all_blocked(cast: Cast, artworks: Sequence[Artwork], copying: Copying) -> Came:
    verdicts = _check_many(cast, artworks, lambda artwork: copying.make(artwork.picture))
    matches = {
        artwork.title: match
        for artwork, verdict in zip(artworks, verdicts, strict=True)
        if (match := _only_match(cast, verdict, artwork.title)) is not None
        and match.decision is Decision.BLOCK
        and match.orientation is copying.orientation
        and match.same_bytes is (copying is SAME)
    }
    missed = [artwork.title for artwork in artworks if artwork.title not in matches]
    if missed:
        return Came(f"not {', '.join(missed)}", holds=False)
    furthest = max((_bits(match) or 0) for match in matches.values())
    how = "the same bytes" if copying is SAME else f"{'≤ ' if furthest else ''}{furthest} of {PDQ_BITS} bits apart"
    return Came(f"{len(matches)} blocked, {how}", holds=True)


def _bits(match: Match) -> int | None:
    """How far apart the whole pictures are by PDQ; None where they weren't what told."""
    return next((one.distance for one in match.signals if isinstance(one, Signal) and one.bits == PDQ_BITS), None)


def _copy(cast: Cast, title: str, copying: Copying, expected: Sequence[Decision]) -> Came:
    verdict = _check(cast, copying.make(cast.drawn(title).picture))
    return Came(
        _words(cast, verdict, title),
        holds=_only_match(cast, verdict, title) is not None and verdict.decision in expected,
    )


def _own(cast: Cast, title: str) -> Came:
    verdict = _check(cast, _jpeg(cast, title), seller=RIDGE)
    match = _only_match(cast, verdict, title)
    holds = match is not None and verdict.decision is Decision.ALLOW
    return Came("allow, the seller's own work" if holds else _words(cast, verdict, title), holds=holds)


def _private(cast: Cast) -> Came:
    verdict = _check(cast, _jpeg(cast, PRIVATE))
    holds = isinstance(verdict, Clear)
    return Came("clear, as if it weren't there" if holds else _words(cast, verdict, PRIVATE), holds=holds)


def _sighting(cast: Cast) -> Came:
    seen = cast.registry.catalogue.sightings(cast.work(PRIVATE).id)
    holds = [one.decision for one in seen] == [Decision.BLOCK]
    return Came("1 sighting, that would be a block" if holds else f"{len(seen)} sightings", holds=holds)


def _private_to_its_owner(cast: Cast) -> Came:
    verdict = _check(cast, _jpeg(cast, PRIVATE), viewer=Viewer(cast.accounts[RIDGE].id))
    match = _only_match(cast, verdict, PRIVATE)
    holds = match is not None and verdict.decision is Decision.BLOCK
    return Came(_words(cast, verdict, PRIVATE), holds=holds)


def _all_clear(cast: Cast, artworks: Sequence[Artwork]) -> Came:
    verdicts = _check_many(cast, artworks, lambda artwork: png(artwork.picture))
    matched = [
        f"{artwork.title}: {_words(cast, verdict)}"
        for artwork, verdict in zip(artworks, verdicts, strict=True)
        if not isinstance(verdict, Clear)
    ]
    return Came("; ".join(matched) if matched else f"{len(verdicts)} clear", holds=not matched)


def _not_blocked(cast: Cast, artwork: Artwork) -> Came:
    verdict = _check(cast, png(artwork.picture))
    return Came(_words(cast, verdict), holds=verdict.decision is not Decision.BLOCK)


def _blank(cast: Cast) -> Came:
    verdict = _check(cast, png(cast.pictures.blank.picture))
    holds = isinstance(verdict, Inconclusive)
    return Came("inconclusive, shows nothing" if holds else _words(cast, verdict), holds=holds)


def _jpeg(cast: Cast, title: str) -> bytes:
    return EVERYDAY[0].make(cast.drawn(title).picture)


def _only_match(cast: Cast, verdict: Verdict, title: str) -> Match | None:
    """The match with this work, where the verdict has that one and no other."""
    if isinstance(verdict, Matched) and [match.work for match in verdict.matches] == [cast.work(title).id]:
        return verdict.matches[0]
    return None


def _words(cast: Cast, verdict: Verdict, about: str | None = None) -> str:
    """A verdict in a few words; the strongest match's title is left out where the row is about that work."""
    match verdict:
        case Clear():
            return "clear"
        case Inconclusive():
            return "inconclusive"
        case Matched(matches=matches):
            first, title = matches[0], cast.title(matches[0].work)
            bits = _bits(first)
            near = f"{first.kind}" if bits is None or first.same_bytes else f"{bits} of {PDQ_BITS} bits apart"
            return f"{verdict.decision}, {near}" if title == about else f"{verdict.decision}, {title}, {near}"
