"""From an image to a server that lets sessions in."""

from __future__ import annotations

import atexit
import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg

from pgproof import signals
from pgproof.errors import ServerFault, UsageFault
from pgproof.masking import masked
from pgproof.server import TOOL_ROLE, extensions, lost
from pgproof.server.cluster import INITDB, LOCALES, SETTINGS, SUPERUSER
from pgproof.server.container import engine, life, login, reaching
from pgproof.server.container.engine import faults
from pgproof.server.container.server import LOG_FILE, LOG_FOLDER, ContainerServer, removed
from pgproof.server.embedded import create_tool_role
from pgproof.server.sweep import sweep

if TYPE_CHECKING:
    from testcontainers.community.postgres import PostgresContainer

START_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_DATA = "/var/lib/pgproof"
_TMPFS_ROOM = 2 * 1024**3
"""Bytes of memory from which on an engine has room for the data directory."""
COMMAND = {name: value.strip("'") for name, value in SETTINGS.items()} | {
    "listen_addresses": "*",
    # what the server says can be read over SQL, wherever the engine is
    "logging_collector": "on",
    "log_directory": LOG_FOLDER,
    "log_filename": LOG_FILE,
    # for sessions that load auto_explain: none does by itself, and an image need not have it
    "auto_explain.log_min_duration": "-1",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
}
"""The settings of a server of pgproof's own, but for where it listens and how it logs."""


def start(
    image: str, *, may_pull: bool, pg_version: int | None, needed: frozenset[str], timezone: str
) -> ContainerServer:
    """Start a container of an image and return its server, which has the wanted version and what is needed.

    What dead runs left behind is swept away first. Raises ServerFault, UsageFault.
    """
    container = _container(image)
    try:
        client = container.get_docker_client().client
        _have(client, container.image, may_pull=may_pull)
        sweep()  # the life signs of runs that had no container yet, too
        _sweep(client)
        with _watched(client, may_pull=may_pull), signals.held_back():
            server = _begun(container)
            atexit.register(server.close)
    except faults() as exc:
        raise _fault(container.image, exc) from exc
    try:
        _serve(server, timezone)
        _demand(server, pg_version, needed)
    except BaseException:
        server.close()
        raise
    return server


def _container(image: str) -> PostgresContainer:
    """Return the container as it is to be; nothing is begun, but that the engine answers."""
    if not engine.is_wanted():
        raise UsageFault(
            "A server in a container needs Testcontainers, which is not installed.",
            "pip install 'pgproof[container]' brings it; --pgproof-server=embedded needs no containers.",
        )
    if engine.is_missing():
        raise _no_engine("there is no such socket")
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - loaded where it is wanted

    try:
        return PostgresContainer(image, username=SUPERUSER, password=login.password(), dbname="postgres", driver=None)
    except faults(ValueError) as exc:
        raise _no_engine(exc) from exc


def _no_engine(what: object) -> ServerFault:
    return ServerFault(
        f"No engine of containers answers at {engine.address()}: {masked(str(what)).rstrip('.')}.",
        "Start Docker or Podman's socket, name it in DOCKER_HOST, or use --pgproof-server=embedded.",
    )


def _have(client: Any, image: str, *, may_pull: bool) -> None:  # noqa: ANN401 - the engine's library has no types
    """Let the engine have an image; raises ServerFault where it cannot be had."""
    from docker.errors import ImageNotFound  # noqa: PLC0415 - loaded where there are containers

    try:
        client.images.get(image)
    except ImageNotFound as missing:
        if not may_pull:
            raise _no_image(image, "it is not there") from missing
        try:
            client.images.pull(image)
        except faults() as exc:
            raise _no_image(image, f"it cannot be pulled: {masked(str(exc))}") from exc


def _no_image(image: str, said: str) -> ServerFault:
    return ServerFault(
        f"The engine of containers does not have the image {image}, and {said}".rstrip(".") + ".",
        f"Get it (docker pull {image}), name one that is there with --pgproof-image=NAME, or use "
        "--pgproof-server=embedded.",
    )


def _sweep(client: Any) -> None:  # noqa: ANN401 - the engine's library has no types
    """Remove the containers of dead runs."""
    for one in client.api.containers(all=True, filters={"label": life.RUN}):
        if life.is_dead(one.get("Labels") or {}):
            with contextlib.suppress(*faults()):  # gone since, or another run removes it
                client.api.remove_container(one["Id"], v=True, force=True)


@contextlib.contextmanager
def _watched(client: Any, *, may_pull: bool) -> Iterator[None]:  # noqa: ANN401 - the engine's library has no types
    """Let Ryuk watch over what is started inside, where it is wanted and to be had; else the next run's sweep does."""
    from testcontainers.core.config import testcontainers_config as config  # noqa: PLC0415 - loaded where it is wanted
    from testcontainers.core.container import Reaper  # noqa: PLC0415 - the same

    is_off = config.ryuk_disabled
    if not is_off:
        try:
            _have(client, engine.full_name(config.ryuk_image), may_pull=may_pull)
            with signals.held_back():
                Reaper.get_instance()
        except faults(ServerFault, RuntimeError):
            Reaper.delete_instance()
            config.ryuk_disabled = True
    try:
        yield
    finally:
        config.ryuk_disabled = is_off


def _begun(container: PostgresContainer) -> ContainerServer:
    """Create the container and start it."""
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - loaded where it is wanted

    if container.get_docker_client().client.info().get("MemTotal", 0) >= _TMPFS_ROOM:
        container.with_tmpfs_mount(_DATA)
    container.with_envs(
        PGDATA=f"{_DATA}/data", POSTGRES_INITDB_ARGS=" ".join((*initdb_words(), f"--locale={LOCALES[0]}", "--no-sync"))
    )
    container.with_command(["postgres", *(word for name in COMMAND for word in ("-c", f"{name}={COMMAND[name]}"))])
    reaching.publish(container)
    sign = life.live()
    try:
        container.with_kwargs(labels=sign.labels)
        # PostgresContainer's own start would show the password in a process title of the container
        DockerContainer.start(container)
        return ContainerServer(container, sign)
    except BaseException:
        sign.end(is_gone=removed(container))
        raise


def initdb_words() -> Iterator[str]:
    """Yield the arguments of a server of pgproof's own, but for those that the image gives."""
    words = iter(INITDB)
    for word in words:
        if word == "-U":
            next(words)
        elif not word.startswith("--auth"):
            yield word


def _serve(server: ContainerServer, timezone: str) -> None:
    """Wait until the server lets a session in, and create the role that migrates."""
    try:
        _wait(server)
    except faults(RuntimeError) as exc:
        raise _fault(server.container.image, exc, server) from exc
    session = server.maintenance()
    lost.watch(server.host, server)
    create_tool_role(session, timezone)
    server.let_in(SUPERUSER)
    server.let_in(TOOL_ROLE)
    server.version = session.info.server_version
    server.release = session.info.parameter_status("server_version").split()[0]  # type: ignore[union-attr]  # always sent


def _wait(server: ContainerServer) -> None:
    """Return as soon as the server lets a session in, at one of the places where it may be reached."""
    deadline, looked = time.monotonic() + START_SECONDS, 0.0
    places: list[tuple[str, int]] = []
    while True:
        if time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            if not server.is_running() or looked > deadline:
                raise _fault(server.container.image, "its server lets nobody in", server)
            places = reaching.places(server.container)
        for server.host, server.port in places:
            if _answers(server.url("postgres")):
                return
        time.sleep(0.02)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _demand(server: ContainerServer, pg_version: int | None, needed: frozenset[str]) -> None:
    """Raise ServerFault where the image holds another version, or lacks what the history needs."""
    image = server.container.image
    if pg_version not in {None, server.version // 10000}:
        raise ServerFault(
            f"The image {image} holds PostgreSQL {server.release}, and pg_version asks for {pg_version}.",
            f"Name an image of PostgreSQL {pg_version} with --pgproof-image=NAME, or leave one of them out.",
        )
    session = server.maintenance()
    had = {name for (name,) in session.execute("SELECT name FROM pg_catalog.pg_available_extensions")}
    configured = session.execute("SELECT setting FROM pg_catalog.pg_config WHERE name = 'CONFIGURE'").fetchone()
    had |= extensions.built_with(server.version // 10000, configured[0] if configured else "")
    if lacks := sorted(needed - had):
        raise ServerFault(
            f"The image {image} lacks what the history needs: {', '.join(lacks)}.",
            "Name an image that has it with --pgproof-image=NAME, or use --pgproof-server=embedded.",
        )


def _fault(image: str, what: object, server: ContainerServer | None = None) -> ServerFault:
    """Return the fault of a container that does not start."""
    said = server.log_end() if server else ""
    return ServerFault(
        f"A container of {image} does not start: {masked(str(what))}"
        + (f". The end of its log:\n{said}" if said else "."),
        "Name another image with --pgproof-image=NAME, or use --pgproof-server=embedded.",
    )
