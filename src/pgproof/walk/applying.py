"""Migrations applied and undone one at a time, without probes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import psycopg

from pgproof.catalog.read import Snapshot, read
from pgproof.tool import Body, Failure, Migration, MigrationFailed, Ran, SavepointTool, modes
from pgproof.walk.stage import Stage

Act = Callable[[psycopg.Connection], Sequence[Ran]]


def up(stage: Stage, migration: Migration, since: Snapshot) -> tuple[Sequence[Ran], Snapshot]:
    """Apply one migration and record it; return what ran, and the catalog after it, given the one before.

    Raises MigrationFailed, with the database as the tool left it.
    """
    tool, version, exclude = stage.tool, migration.version, stage.observer.exclude
    if not isinstance(tool, SavepointTool) or not _is_plain(migration.mode, tool.body(version)):
        stage.cool()
        ran = tool.up(stage.url, version)
        return ran, read(stage.reader, exclude=exclude, since=since)
    reached = since

    def act(connection: psycopg.Connection) -> Sequence[Ran]:
        nonlocal reached
        ran = tool.run(connection, version)
        tool.record(connection, version)
        reached = read(connection, exclude=exclude, since=since, is_within=True)
        return ran

    return _in_transaction(stage, migration, act), reached


def pass_by(stage: Stage, migration: Migration) -> None:
    """Apply one migration and record it, and look at nothing; raises MigrationFailed."""
    tool, version = stage.tool, migration.version
    if not isinstance(tool, SavepointTool) or not _is_plain(migration.mode, tool.body(version)):
        stage.cool()
        tool.up(stage.url, version)
        return

    def act(connection: psycopg.Connection) -> Sequence[Ran]:
        ran = tool.run(connection, version)
        tool.record(connection, version)
        return ran

    _in_transaction(stage, migration, act)


def down(stage: Stage, migration: Migration) -> Sequence[Ran]:
    """Undo one migration and take its record away; raises MigrationFailed, with the database as the tool left it."""
    tool, version = stage.tool, migration.version
    mode = migration.down_mode or modes.TRANSACTION
    if not isinstance(tool, SavepointTool) or not _is_plain(mode, tool.body(version, down=True)):
        stage.cool()
        return tool.down(stage.url, version)

    def act(connection: psycopg.Connection) -> Sequence[Ran]:
        ran = tool.run(connection, version, down=True)
        tool.unrecord(connection, version)
        return ran

    return _in_transaction(stage, migration, act)


def commit(connection: psycopg.Connection, migration: Migration) -> None:
    """Commit; raises MigrationFailed where a deferred constraint is violated."""
    try:
        connection.execute("COMMIT")
    except psycopg.errors.IntegrityError as exc:
        diag = exc.diag
        raise MigrationFailed(
            Failure(
                sqlstate=exc.sqlstate or "unknown",
                message=diag.message_primary or str(exc),
                detail=diag.message_detail or "",
                constraint=diag.constraint_name or "",
                table=".".join(p for p in (diag.schema_name, diag.table_name) if p),
                file=str(migration.up),
                statement="COMMIT",
            )
        ) from exc


def _is_plain(mode: str, body: Body) -> bool:
    """Return whether it may share a session with others: it is all in one transaction, and leaves nothing behind."""
    return mode == modes.TRANSACTION and not body.needs_clone


def _in_transaction(stage: Stage, migration: Migration, act: Act) -> Sequence[Ran]:
    if stage.is_warm:
        try:
            return _once(stage, migration, act)
        except MigrationFailed:
            stage.cool()  # it may be due to what the session has planned for earlier migrations
    return _once(stage, migration, act)


def _once(stage: Stage, migration: Migration, act: Act) -> Sequence[Ran]:
    with stage.migrating() as connection:
        connection.execute("BEGIN")
        ran = act(connection)
        commit(connection, migration)
    return ran
