"""The origin of a walk that judges from a base: the database of all older migrations; fresh ones are its copies."""

from __future__ import annotations

from pgproof.errors import HistoryFault
from pgproof.server import Server
from pgproof.server.prepared import Prepared
from pgproof.tool import Migration, MigrationFailed, Tool
from pgproof.walk.applying import pass_by
from pgproof.walk.stage import Stage
from pgproof.walk.state import Observer

NAME = "pgproof_origin"


def place(server: Server, tool: Tool, observer: Observer, start: int) -> Server:
    """Return the server on which fresh databases hold the first ``start`` migrations; raises HistoryFault.

    They are applied one at a time, as a production has met them, on sessions that are as good as new. What the base
    has recorded already (a dump of production's schema) is not applied again. A server that can keeps the result for
    later runs.
    """
    stage = Stage.fresh(server, tool, observer, _name(server))
    try:
        held = _held(stage)
        for migration in tool.history.migrations[:start]:
            if migration.version not in held:
                _pass_by(stage, migration)
    finally:
        stage.release()
    server.keep_holding()
    return copied(server, stage.name)


def copied(server: Server, name: str) -> Server:
    """Return the server on which fresh databases are copies of one that is there."""
    return Prepared(server, template=name, role=None, settings={})


def _name(server: Server) -> str:
    return f"pgproof_{server.standing.run}_origin" if server.standing.is_shared else NAME


def _held(stage: Stage) -> set[str]:
    """Return the versions that the base has recorded."""
    recorded, versions = {row.version for row in stage.recorded()}, stage.tool.history.versions
    if not stage.tool.history_table.keeps_only_last:
        return recorded
    last = max((versions.index(version) for version in recorded if version in versions), default=-1)
    return set(versions[: last + 1])


def _pass_by(stage: Stage, migration: Migration) -> None:
    try:
        pass_by(stage, migration)
    except MigrationFailed as failed:
        failure = failed.failure
        raise HistoryFault(
            f"{migration.version}, which is older than the base, does not apply to an empty database: "
            f"{failure.message} ({failure.sqlstate}, {failure.file}:{failure.line}).",
            "Leave `since` out to see what is wrong with it; or say in [base] what is there before the first "
            'migration: sql = ["schema.sql"], a dump of production\'s schema with the rows of its history table.',
        ) from failed
