"""Search by what pictures show in places: features of an asked picture -> hypotheses of which work is shown where."""

from registry.search.regional.index import RegionalIndex

__all__ = ["RegionalIndex"]
