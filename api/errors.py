"""Every refusal leaves as problem+json: our errors, the framework's, and what nobody expected.

Three handlers are for what is raised inside a route. `LastResort` stands around all of it: what it catches is a fault
of this program, so the caller is told nothing of it and the log everything.
"""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import FRAMEWORK, MEDIA_TYPE, PROBLEMS, UNEXPECTED, Problem, body, describe, of_status
from registry.errors import InvalidInput, KeyMissing, KeyRefused, OriginmarkError, ScopeMissing

LOG = logging.getLogger("originmark.api")

_CHALLENGE = 'Bearer realm="originmark"'
_CHALLENGES: Mapping[type[OriginmarkError], str] = {
    KeyMissing: _CHALLENGE,
    KeyRefused: f'{_CHALLENGE}, error="invalid_token"',
    ScopeMissing: f'{_CHALLENGE}, error="insufficient_scope"',
}
_UNAVAILABLE = 503
_RETRY_SECONDS = 10
"""When to try again where the error doesn't say."""


def install(app: FastAPI) -> None:
    """Makes the app answer every error of a route with a problem."""
    app.add_exception_handler(OriginmarkError, _ours)
    app.add_exception_handler(HTTPException, _frameworks)
    app.add_exception_handler(RequestValidationError, _validations)


def problem_response(
    problem: Problem, content: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that carries a problem. Never cached: what is refused now may be there in a moment."""
    return JSONResponse(
        content,
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def error_response(error: OriginmarkError) -> Response:
    """The answer to one of our errors; faults that the caller can't mend are logged as well."""
    problem, content = describe(error)
    headers: dict[str, str] = {}
    if type(error) in _CHALLENGES:
        headers["WWW-Authenticate"] = _CHALLENGES[type(error)]
    if problem.status == _UNAVAILABLE:
        headers["Retry-After"] = str(getattr(error, "retry_after", _RETRY_SECONDS))
    elif problem.status >= 500:
        LOG.error("%s: %s", type(error).__name__, error.message, exc_info=error)
    return problem_response(problem, content, headers)


async def _ours(_request: Request, error: Exception) -> Response:
    if not isinstance(error, OriginmarkError):
        raise error
    return error_response(error)


async def _frameworks(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    problem = of_status(error.status_code)
    said = error.detail if problem is FRAMEWORK[400] else problem.meaning
    return problem_response(problem, body(problem, said), error.headers)


async def _validations(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    problem = PROBLEMS[InvalidInput]
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    detail = f"{place[-1]}: {first['msg']}."
    return problem_response(
        problem, body(problem, detail, remedy="/docs shows what this route takes.", facts={"field": place[-1]})
    )


class LastResort:
    """Catches what no handler took: logs it, and answers without a word of what went wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be told
        except Exception:
            LOG.exception("%s %s failed", scope["method"], scope["path"])
            if started:
                raise  # the server must cut the answer off, since half of one is worse than none
            answer = problem_response(UNEXPECTED, body(UNEXPECTED, UNEXPECTED.meaning))
            await answer(scope, receive, send)
