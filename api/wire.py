"""What several routes put on the wire: times as RFC 3339, hashes in lower-case hex, a work in short."""

import re
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.problems import MEDIA_TYPE
from registry.clock import Seconds
from registry.works import Work

Time = str
"""RFC 3339 in UTC, to the second: `2026-11-24T08:30:00Z`."""

_ID = re.compile(r"[a-z]{3}_[a-z2-7]{20}")


def rfc3339(seconds: Seconds) -> Time:
    """The time as it is written on the wire."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_id(text: str) -> bool:
    """Whether this could name anything here; what couldn't isn't looked up."""
    return _ID.fullmatch(text) is not None


class Wire(BaseModel):
    """The base of what is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkInShort(Wire):
    """A work as it appears beside something else."""

    id: str
    title: str
    owner: str = Field(description="The name of the account that declared it.")
    registered: Time
    thumbnail: str = Field(description="Where its small picture is.")

    @classmethod
    def of(cls, work: Work, owner: str) -> "WorkInShort":
        """The wire's view of a work."""
        return cls(
            id=work.id,
            title=work.description.title,
            owner=owner,
            registered=rfc3339(work.registered),
            thumbnail=f"/v1/works/{work.id}/thumbnail",
        )


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of problems with these statuses; with none, of any problem."""
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "remedy": {"type": "string"},
        },
    }
    content = {MEDIA_TYPE: {"schema": schema}}
    return {status: {"description": "A problem (RFC 9457)", "content": content} for status in statuses or ("default",)}
