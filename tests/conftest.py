"""Fixtures that any test may ask for, each in the module that says how it works."""

from hypothesis import settings

pytest_plugins = ["tests.contracts.toolchain", "tests.anvil", "tests.postgres", "tests.s3"]

# How long an example takes says more about the machine than about the code.
settings.register_profile("originmark", deadline=None)
settings.load_profile("originmark")
