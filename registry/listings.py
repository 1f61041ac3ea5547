"""What a marketplace shows us of what its sellers publish."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing as its marketplace names it. `seller` is the name or id of an account here, if there is one."""

    seller: str | None = None
    listing: str | None = None
