"""Fixtures of the API's tests, each in the module that says how it works."""

from tests.api.house import house, server

__all__ = ["house", "server"]
