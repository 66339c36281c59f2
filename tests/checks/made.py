"""Evidence made by hand, for what no specimen reaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.diff import Change, FieldChange
from pgproof.catalog.model import Column, Constraint, Index, Table
from pgproof.contract import Contract, DataChange
from pgproof.data.change import ColumnChange, TableChange
from pgproof.tool import Failure, History, HistoryTable, Migration, Ran
from pgproof.walk.evidence import Attempt, Difference, End, Preview, Step

VERSION = "m0002_change"
USERS = "public.users"
ADDED = Change(kind="column", identity=f"{USERS}.name", what="added")
REFUSED = Failure(sqlstate="42P07", message='relation "users" already exists', file="m0002_change.up.sql", line=3)


def labels(before: str, after: str) -> Change:
    fields = (FieldChange(name="labels", before=before, after=after),)
    return Change(kind="type", identity="public.mood", what="changed", fields=fields)


def migration(*, down: bool = True, version: str = VERSION) -> Migration:
    return Migration(
        version=version,
        up=Path(f"{version}.up.sql"),
        down=Path(f"{version}.down.sql") if down else None,
        mode="transaction",
    )


def step(**given: Any) -> Step:
    defaults: dict[str, Any] = {
        "position": 1,
        "version": VERSION,
        "file": f"{VERSION}.up.sql",
        "mode": "transaction",
        "rows_before": {USERS: 20},
        "ran": (Ran(line=1, kind="ALTER TABLE", rows=None, moves_data=False, tables=("users",)),),
    }
    return Step(**{**defaults, **given})


def moved(**given: Any) -> Difference:
    return Difference(rows=(TableChange(**{"table": USERS, "rows_before": 20, "rows_after": 20, **given}),))


def column(**given: Any) -> ColumnChange:
    return ColumnChange(**{"column": "name", "held": 10, **given})


def attempt(difference: Difference | None = None, **given: Any) -> Attempt:
    return Attempt(how="savepoint", difference=difference or Difference(), ran=1, **given)


def failed(failure: Failure = REFUSED) -> Attempt:
    return Attempt(how="savepoint", failure=failure)


def contract(**given: Any) -> Contract:
    return Contract(migrations={VERSION: DataChange(reason="agreed", **given)})


def history(*migrations: Migration, **given: Any) -> History:
    return History(root=Path("migrations"), layout="named", migrations=migrations, has_downs=True, **given)


def preview(*, catalog: Catalog | None = None, **given: Any) -> Preview:
    table = HistoryTable(schema="public", table="pgproof_history", version="version", applied_at=None)
    return Preview(
        **{
            "server": "PostgreSQL",
            "server_version": 150000,
            "tool": "sql",
            "history": history(migration()),
            "history_table": table,
            "catalog": catalog or Catalog(),
            **given,
        }
    )


def end(**given: Any) -> End:
    return End(**{"version": VERSION, "catalog": Catalog(), **given})


def table(identity: str = USERS, **given: Any) -> Table:
    return Table(**{"identity": identity, "owner": "o", "persistence": "permanent", "variety": "table", **given})


def table_column(name: str, *, nullable: bool, of: str = USERS) -> Column:
    return Column(identity=f"{of}.{name}", table=of, name=name, type="bigint", nullable=nullable)


def index(name: str, columns: tuple[str, ...], **given: Any) -> Index:
    keys = f"USING btree ({', '.join(columns)})"
    defaults = {"identity": f"public.{name}", "table": USERS, "name": name, "definition": keys, "is_unique": False}
    return Index(**{**defaults, "method": "btree", "columns": columns, **given})


def foreign_key(*columns: str, **given: Any) -> Constraint:
    defaults = {
        "identity": f"{USERS}.fk",
        "table": USERS,
        "name": "fk",
        "type": "foreign key",
        "columns": columns,
        "definition": "FOREIGN KEY …",
        "references": "public.roles",
        "referenced_columns": columns,
    }
    return Constraint(**{**defaults, **given})
