"""The HTTP face of a registry: `create_app` makes a FastAPI application of one that runs.

Routes are thin: they read a request, walk one journey of `registry`, and shape the answer. docs/api.md tells the rest.
"""

from api.app import create_app

__all__ = ["create_app"]
