"""The engine of containers: where it is, whether it answers, and what it has; asked without loading Testcontainers."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

USUAL = "unix:///var/run/docker.sock"
"""Where an engine is that nobody has named."""
Answer = Literal["absent", "lacking", "ready"]
"""There is no engine, or it does not answer; it answers and lacks the image; it has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an engine listens: a socket, or a port of some host."""

    path: str = ""
    host: str = ""
    port: int = 0

    @property
    def is_missing(self) -> bool:
        """Whether there is no such socket."""
        return bool(self.path) and not Path(self.path).is_socket()


def is_wanted() -> bool:
    """Whether Testcontainers is installed: pgproof[container]."""
    return find_spec("testcontainers") is not None


def is_missing() -> bool:
    """Whether the engine's address is a socket, and that is not there."""
    place = _place(address())
    return place is not None and place.is_missing


def answer(image: str) -> Answer:
    """Return what the engine says of an image; costs next to nothing where there is no engine."""
    place = _place(address())
    if place is None or place.is_missing or not is_wanted():
        return "absent"
    from pgproof.server.container.asking import status_of  # noqa: PLC0415 - HTTP takes its time to load

    status = status_of(full_name(image), place)
    if status == HTTPStatus.OK:
        return "ready"
    return "lacking" if status == HTTPStatus.NOT_FOUND else "absent"


def faults(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return what the library that speaks to an engine raises, its own faults and OSError, and more."""
    from docker.errors import DockerException  # noqa: PLC0415 - loaded where there are containers

    return (DockerException, OSError, *more)


def address() -> str:
    """Return the engine's address as Testcontainers finds it: its own file, DOCKER_HOST, Docker's context."""
    return _in_properties() or os.environ.get("DOCKER_HOST") or _in_context() or USUAL


def full_name(image: str) -> str:
    """Return what Testcontainers calls an image: with the registry that the environment puts before it."""
    return os.environ.get("TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX", "") + image


def _place(text: str) -> Place | None:
    """Return where an address leads; None for an engine behind TLS or SSH."""
    parts = urlsplit(text if "://" in text else f"tcp://{text}")
    if parts.scheme in {"unix", "http+unix"}:
        path = parts.netloc + parts.path or urlsplit(USUAL).path
        return Place(path=path)
    if parts.scheme in {"tcp", "http"} and parts.hostname and not os.environ.get("DOCKER_TLS_VERIFY"):
        return Place(host=parts.hostname, port=parts.port or 2375)
    return None


def _in_properties() -> str:
    """Return ``tc.host`` of Testcontainers' own file."""
    for line in _read(Path("~/.testcontainers.properties")).splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "tc.host":
            return value.strip()
    return ""


def _in_context() -> str:
    """Return the host of the context that the docker command uses (``docker context use rootless``)."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or "~/.docker")
    name = _member(_read(folder / "config.json"), "currentContext")
    if not name or name == "default":
        return ""
    meta = folder / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    return _member(_read(meta), "Endpoints", "docker", "Host")


def _read(path: Path) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8", errors="replace")
    except (OSError, RuntimeError):  # not there, not ours, no home
        return ""


def _member(text: str, *names: str) -> str:
    """Return a text inside JSON; empty where it is not there."""
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return ""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
