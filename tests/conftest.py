"""Fixtures that any test may ask for, each in the module that says how it works."""

pytest_plugins = ["tests.contracts.toolchain", "tests.anvil"]
