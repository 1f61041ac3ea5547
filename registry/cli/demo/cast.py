"""Who and what takes part in the demo: two claimants, a marketplace, their pictures, and the works once registered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from registry.accounts import Account, Viewer
from registry.assemble import Registry
from registry.cli.demo.art.artworks import Artwork
from registry.errors import NotFound
from registry.works import Kind, Visibility, Work, WorkId


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared of an artwork; `previous` is the title of the work that it is a later version of."""

    claimant: str
    kind: Kind = Kind.IMAGE
    visibility: Visibility = Visibility.PUBLIC
    previous: str | None = None


RIDGE, KILN, MARKET = "Atelier Ridge", "Kiln Studio", "Market Hall"

DOZEN: Mapping[str, Declared] = {
    "Far ridges": Declared(RIDGE),
    "Herbarium": Declared(RIDGE),
    "Quarter turns": Declared(KILN, kind=Kind.DESIGN),
    "Koi pond": Declared(RIDGE, visibility=Visibility.PRIVATE),
    "Night shift": Declared(KILN),
    "Swell": Declared(RIDGE),
    "Regatta": Declared(RIDGE, previous="Swell"),
    "Round bird": Declared(RIDGE),
    "Still life": Declared(RIDGE),
    "Kilim": Declared(KILN, kind=Kind.DESIGN),
    "Month of moons": Declared(KILN),
    "Sheet 12": Declared(KILN),
}
"""The dozen, in the order in which they are registered: an earlier version comes before the later one."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was drawn."""

    dozen: Sequence[Artwork]
    strangers: Sequence[Artwork]
    blank: Artwork


@dataclass(frozen=True, slots=True)
class Cast:
    """A registry with the demo's accounts; `works` and `files` fill as the dozen is registered, by title."""

    registry: Registry
    pictures: Pictures
    accounts: Mapping[str, Account]
    works: dict[str, Work] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, registry: Registry, pictures: Pictures) -> "Cast":
        """The cast before the play: only the accounts are made."""
        accounts = {name: registry.access.create_account(name) for name in (RIDGE, KILN, MARKET)}
        return cls(registry=registry, pictures=pictures, accounts=accounts)

    @property
    def market(self) -> Viewer:
        """The marketplace, which may not know of private works."""
        return Viewer(self.accounts[MARKET].id)

    def public(self) -> list[Artwork]:
        """The pictures that were registered as public works."""
        return [one for one in self.pictures.dozen if DOZEN[one.title].visibility is Visibility.PUBLIC]

    def drawn(self, title: str) -> Artwork:
        """The artwork with this title."""
        return next(one for one in self.pictures.dozen if one.title == title)

    def work(self, title: str) -> Work:
        """The registered work with this title; raises NotFound where registering it failed."""
        if title not in self.works:
            raise NotFound("work", title)
        return self.works[title]

    def file(self, title: str) -> bytes:
        """The file that this work was registered from; raises NotFound where registering it failed."""
        self.work(title)
        return self.files[title]

    def title(self, work: WorkId) -> str:
        """The title of the work with this id."""
        return next((title for title, one in self.works.items() if one.id == work), work)
