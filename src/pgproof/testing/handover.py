"""Migrated databases for tests of your own, as databases of pytest-postgresql."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from pgproof.errors import PgproofError

if TYPE_CHECKING:
    from pytest_postgresql.executors import NoopExecutor

    from pgproof.settings import Settings

Loader = Callable[..., None] | str | Path
"""What pytest-postgresql's ``load`` takes."""


def migrated_proc(
    directory: str | Path | None = None, *, dbname: str = "tests", load: Sequence[Loader] = ()
) -> Callable[[pytest.FixtureRequest], Iterator[NoopExecutor]]:
    """Return a session fixture that takes the place of pytest-postgresql's ``postgresql_proc``.

    It starts a server as ``pgproof verify`` would, by the settings of the project, and makes the template from which
    ``factories.postgresql("…")`` copies the database of each test: all migrations of ``directory`` (default: that of
    the settings), and what ``load`` adds, in the words of pytest-postgresql.
    """

    @pytest.fixture(scope="session")
    def migrated(request: pytest.FixtureRequest) -> Iterator[NoopExecutor]:
        from pytest_postgresql.executors import NoopExecutor  # noqa: PLC0415 - only where it is asked for

        from pgproof.walk.migrated import start  # noqa: PLC0415 - loads the database driver

        try:
            server, template = start(_settings(directory, request.config), f"{dbname}_tmpl")
        except PgproofError as fault:
            pytest.fail(str(fault), pytrace=False)
        try:
            info = server.maintenance().info
            executor = NoopExecutor(
                host=info.host, port=info.port, user=info.user, password=info.password or None, options="",
                dbname=template.removesuffix("_tmpl"), maintenance_dbname=info.dbname,
            )  # fmt: skip
            _load(executor, template, load)
            yield executor
        finally:
            server.close()

    return cast("Callable[[pytest.FixtureRequest], Iterator[NoopExecutor]]", migrated)


def load_migrations(directory: str | Path | None = None) -> Callable[..., None]:
    """Return what ``load=[…]`` of pytest-postgresql's ``postgresql_proc`` takes: it applies the migrations there."""

    def loader(*, host: str, port: int, user: str, dbname: str, password: str | None = None, **_: object) -> None:
        from urllib.parse import quote, urlencode  # noqa: PLC0415 - only where it is asked for

        from pgproof.walk.migrated import migrate  # noqa: PLC0415 - loads the database driver

        who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
        asked = urlencode({"host": host, "port": port}, quote_via=quote, safe="")
        migrate(_settings(directory), f"postgresql://{who}@/{quote(dbname, safe='')}?{asked}")

    return loader


def _load(executor: NoopExecutor, template: str, load: Sequence[Loader]) -> None:
    from pytest_postgresql.janitor import DatabaseJanitor  # noqa: PLC0415 - only where it is asked for

    janitor = DatabaseJanitor(
        user=executor.user, host=executor.host, port=executor.port, dbname=template, password=executor.password
    )
    for element in load:
        janitor.load(element)


def _settings(directory: str | Path | None, config: pytest.Config | None = None) -> Settings:
    """Return the settings of the project; ``directory`` is relative to pytest's root, or to the working directory."""
    from pgproof.settings import load  # noqa: PLC0415 - only where it is asked for
    from pgproof.testing.neighbour import neighbours_server  # noqa: PLC0415 - the same

    cwd = config.rootpath if config is not None else Path.cwd()
    given = {} if directory is None else {"migrations": str(directory)}
    settings = load(given, cwd=cwd, environ=os.environ)
    server = neighbours_server(config) if config is not None and settings.source("server") == "default" else None
    return replace(settings, server=server) if server else settings
