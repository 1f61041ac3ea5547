"""The demo performed: the whole of it in less than a minute, in a registry of its own."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter

from registry.assemble import Registry, open_registry
from registry.cli.demo.art.artworks import Artwork, artworks, blank, png, strangers
from registry.cli.demo.cast import Cast, Pictures
from registry.cli.demo.play import play
from registry.cli.demo.proving import Proved, proved
from registry.cli.demo.rows import Row, Timer
from registry.cli.demo.teller import JsonTeller, ScreenTeller, Teller
from registry.cli.output import DONE, NEGATIVE
from registry.errors import InvalidInput
from registry.settings import Settings

Opening = Callable[[Settings], AbstractContextManager[Registry]]
"""Opens the registry in the settings' data directory, as `registry.assemble.open_registry` does."""

Drawing = Callable[[Teller], Pictures]
"""Draws the pictures, and tells how far it is; `draw` is one."""


def draw(teller: Teller) -> Pictures:
    """Draws the dozen, the strangers' pictures and the blank card."""

    def one_by_one(drawings: Iterable[Artwork]) -> list[Artwork]:
        drawn: list[Artwork] = []
        for artwork in drawings:
            drawn.append(artwork)
            teller.doing(f"drawing, {len(drawn)} done")
        return drawn

    teller.doing("drawing a dozen artworks")
    dozen = one_by_one(artworks())
    teller.doing("drawing strangers' pictures")
    return Pictures(dozen=dozen, strangers=one_by_one(strangers()), blank=blank())


def perform(
    settings: Settings,
    folder: Path,
    *,
    as_json: bool,
    kept: bool = True,
    drawing: Drawing = draw,
    opening: Opening = open_registry,
    timer: Timer = perf_counter,
) -> int:
    """Draws, plays and tells; returns the exit code. Everything is done in `folder`, which must be empty or new."""
    start = timer()
    _take(folder)
    teller: Teller = JsonTeller() if as_json else ScreenTeller()
    try:
        pictures = drawing(teller)
        teller.drawn(pictures)
        teller.doing("founding a registry on a chain of its own")
        with opening(_apart(settings, folder / "registry")) as registry:
            cast = Cast.of(registry, pictures)
            rows = _play(cast, teller, timer)
            held = all(row.holds for row in rows)
            proof = proved(cast) if held else None
        if kept:
            _keep(folder, cast, proof)
        teller.end(rows, proof, timer() - start, folder if kept else None)
    finally:
        teller.close()
    return DONE if held else NEGATIVE


def _take(folder: Path) -> None:
    """Makes the folder; one with something in it is left alone, since it may be somebody's registry."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise InvalidInput(
            f"The folder {folder} can't be used: {error.strerror}.", field="keep", remedy="Name another."
        ) from error
    if not empty:
        raise InvalidInput(f"The folder {folder} isn't empty.", field="keep", remedy="Name one that is, or a new one.")


def _apart(settings: Settings, data_dir: Path) -> Settings:
    """Settings for a registry of its own, on SQLite and the embedded chain, wherever the user's registry lives."""
    own = {"data_dir": data_dir, "database_url": None, "rpc_url": None, "contract": None}
    return settings.model_copy(update=own)


def _play(cast: Cast, teller: Teller, timer: Timer) -> list[Row]:
    rows = []
    for row in play(cast, teller.doing, timer):
        teller.row(row)
        rows.append(row)
    return rows


def _keep(folder: Path, cast: Cast, proof: Proved | None) -> None:
    pictures = folder / "pictures"
    pictures.mkdir()
    for title, file in cast.files.items():
        (pictures / f"{_file_name(title)}.png").write_bytes(file)
    for stranger in cast.pictures.strangers:
        (pictures / f"stranger-{_file_name(stranger.title)}.png").write_bytes(png(stranger.picture))
    if proof is not None:
        (folder / f"{_file_name(proof.title)}.originmark.json").write_bytes(proof.certificate)


def _file_name(title: str) -> str:
    return title.lower().replace(" ", "-")
