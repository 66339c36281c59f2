"""A walk without a server: it writes canned evidence, and down what it was asked for.

Loaded as a plugin (``-p fake_walk``) it takes the place of ``pgproof.walk.opening``. What a migration does is said in
its file: ``fails`` does not apply, ``breaks on rows`` fails where there are rows, ``lost server``, ``slow``, ``bug``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Constraint, Index, Sequence, Table
from pgproof.errors import HistoryFault, LostServer
from pgproof.settings import Settings
from pgproof.tool import Failure, History, HistoryTable, Migration
from pgproof.walk.evidence import Attempt, Difference, End, Folder, Preview, Step
from pgproof.walk.need import Need

ODD = 'public."Größe ""x"" 表"'
LOG = "walk.log"
LINE = ("-p", "pgproof", "-p", "xdist", "-p", "fake_walk", "--pgproof-migrations=migrations", "test_scratch.py")
"""The words after ``pytest`` that verify the scratch project."""
FAILURE = Failure(sqlstate="42601", message="syntax error", file="m.sql", line=1)

CATALOG = Catalog(
    tables=(
        Table(identity=ODD, owner="o", persistence="permanent", variety="table"),
        Table(identity="public.tasks", owner="o", persistence="permanent", variety="partitioned table"),
        Table(
            identity="public.tasks_1", owner="o", persistence="permanent", variety="table", partition_of="public.tasks"
        ),
    ),
    constraints=(
        Constraint(identity="public.tasks.tasks_pkey", table="public.tasks", name="tasks_pkey", type="primary key",
                   columns=("id",), definition="PRIMARY KEY (id)"),
        Constraint(identity="public.tasks.tasks_user_fkey", table="public.tasks", name="tasks_user_fkey",
                   type="foreign key", columns=("user_id",), definition="FOREIGN KEY"),
    ),
    indexes=(
        Index(identity="public.tasks_pkey", table="public.tasks", name="tasks_pkey", definition="USING btree (id)",
              is_unique=True, method="btree", columns=("id",)),
    ),
    sequences=(
        Sequence(identity="public.tasks_id_seq", owner="o", type="bigint", start=1, minimum=1, maximum=9, increment=1,
                 cycle=False, cache=1),
    ),
)  # fmt: skip


class FakeSession:
    """Reads ``<version>.up.sql`` and ``<version>.down.sql``."""

    notes = ()

    def __init__(self, settings: Settings, folder: Folder) -> None:
        self._folder = folder
        ups = sorted(settings.migrations.glob("*.up.sql"))
        if not ups:
            raise HistoryFault("There is no migration in the directory.", "Name another directory.")
        migrations = tuple(
            Migration(version=up.name.removesuffix(".up.sql"), up=up, down=_down(up), mode="transaction") for up in ups
        )
        has_downs = any(migration.down for migration in migrations)
        history = History(root=settings.migrations, layout="named", migrations=migrations, has_downs=has_downs)
        first_failing = next((m for m in migrations if _says(m, "fails")), None)
        self.preview = Preview(
            server="PostgreSQL 0 (fake)", server_version=0, tool="sql (named)", history=history,
            history_table=HistoryTable(schema="public", table="h", version="version", applied_at=None),
            catalog=CATALOG if not (settings.migrations / "empty").exists() else Catalog(),
            on_empty={first_failing.version: FAILURE} if first_failing else {},
            first_seen={"table public.tasks": migrations[0].version},
        )  # fmt: skip
        folder.write("preview", self.preview)
        _log("open", settings.server)

    def walk(self, need: Need, progress: Callable[[str, int, int], None]) -> None:
        """Write the evidence that is asked for."""
        probes = {version: sorted(names) for version, names in sorted(need.probes.items())}
        _log("walk", {"last": need.last, "probes": probes, "rollback": need.rollback})
        stopped = ""
        for position, migration in enumerate(self.preview.history.migrations):
            progress(migration.version, position, len(self.preview.history.migrations))
            step = _step(position, migration, need)
            self._folder.write(f"step-{position:04d}", step)
            if step.on_empty:
                stopped = migration.version
                break
            if migration.version == need.last:
                break
        rollback = Attempt(how="clone", difference=Difference()) if need.rollback else None
        self._folder.write("end", End(version="", stopped=stopped, catalog=CATALOG, rollback=rollback))

    def left_roles(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        """Say so."""
        _log("close", None)


def _step(position: int, migration: Migration, need: Need) -> Step:
    if _says(migration, "lost server"):
        raise LostServer("The server was lost: postgres://u:hunter2@h/d is gone.", "Start it again.")
    if _says(migration, "bug"):
        raise ZeroDivisionError("a bug of the walk")
    if _says(migration, "slow"):
        Path("walking").touch()
        time.sleep(30)
    probes = need.of(migration.version)
    tried = Attempt(how="savepoint", difference=Difference(), seconds=2.5)
    return Step(
        position=position, version=migration.version, file=migration.up.name, mode="transaction",
        on_empty=FAILURE if _says(migration, "fails") else None, rows_before={"public.tasks": 20},
        again=tried if "again" in probes else None, down=tried if "down" in probes else None,
        redo=tried if "redo" in probes else None,
    )  # fmt: skip


def _down(up: Path) -> Path | None:
    down = up.with_name(up.name.replace(".up.", ".down."))
    return down if down.exists() else None


def _says(migration: Migration, word: str) -> bool:
    return word in migration.up.read_text()


def _log(what: str, value: object) -> None:
    with Path(os.environ.get("FAKE_LOG", LOG)).open("a") as log:
        log.write(json.dumps([what, value]) + "\n")


def open_session(settings: Settings, folder: Folder) -> FakeSession:
    """Stand in for pgproof.walk.opening.open_session."""
    return FakeSession(settings, folder)


def install() -> None:
    """Take the place of the real session."""
    sys.modules["pgproof.walk.opening"] = sys.modules[__name__]


def pytest_configure() -> None:
    install()
