"""A PostgreSQL in a container, by Testcontainers: started for one run, gone with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgproof.errors import PgproofError, UsageFault

if TYPE_CHECKING:
    from pgproof.server.container.server import ContainerServer

IMAGES = {14: "postgres:14.23", 15: "postgres:15.18", 16: "postgres:16.14", 17: "postgres:17.10", 18: "postgres:18.4"}
"""By major version: pinned, so that the same run finds the same everywhere."""
USUAL = 17


def image_of(pg_version: int | None) -> str:
    """Return the image that is taken where none is named; raises UsageFault where none is known."""
    image = IMAGES.get(USUAL if pg_version is None else pg_version)
    if image is None:
        raise UsageFault(
            f"No image of PostgreSQL {pg_version} is known here.",
            "Name one with --pgproof-image=NAME; known without it: " + ", ".join(map(str, IMAGES)) + ".",
        )
    return image


def start(*, image: str | None, pg_version: int | None, needed: frozenset[str], timezone: str) -> ContainerServer:
    """Return the server of a new container; its image is pulled where it is not there. Raises PgproofError."""
    name = image or image_of(pg_version)
    from pgproof.server.container import starting  # noqa: PLC0415 - loaded where it is wanted

    return starting.start(name, may_pull=True, pg_version=pg_version, needed=needed, timezone=timezone)


def start_at_hand(
    *, image: str | None, pg_version: int | None, needed: frozenset[str], timezone: str
) -> ContainerServer | str:
    """Return the server of a new container where engine and image are there; else why not, in a sentence or none.

    Nothing is pulled, and nothing is said where there is no engine, or no Testcontainers.
    """
    from pgproof.server.container import engine  # noqa: PLC0415 - loaded where it is wanted

    name = image or IMAGES.get(USUAL if pg_version is None else pg_version)
    if name is None:
        return ""
    said = engine.answer(name)
    if said == "lacking":
        full = engine.full_name(name)
        return f"the engine of containers has no image {full} (docker pull {full}), so the server is an embedded one"
    if said == "absent":
        return ""
    from pgproof.server.container import starting  # noqa: PLC0415 - loaded where it is wanted

    try:
        return starting.start(name, may_pull=False, pg_version=pg_version, needed=needed, timezone=timezone)
    except PgproofError as fault:
        return f"{' '.join(fault.message.split()).rstrip('.')}, so the server is an embedded one"
