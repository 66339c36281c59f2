"""pgproof proves that PostgreSQL migrations are safe to ship: the public names.

They are imported when they are used: pytest loads the plugin in every project where pgproof is installed, and must
not load a database driver there.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgproof.catalog.catalog import Catalog
    from pgproof.catalog.diff import Change, FieldChange
    from pgproof.catalog.model import Column, Constraint, Index, Object, Sequence, Table, Trigger
    from pgproof.catalog.references import Reference
    from pgproof.contract import Agreed, Contract, DataChange, RowBounds
    from pgproof.data.change import ColumnChange, TableChange, ValueSample
    from pgproof.data.orphans import Orphans
    from pgproof.data.positions import SequencePosition
    from pgproof.finding import (
        Check,
        Finding,
        Kind,
        Level,
        Levels,
        Looked,
        NotApplicable,
        NotExercised,
        NotReached,
        Outcome,
    )
    from pgproof.masking import masked
    from pgproof.released.model import Released, Releases, Unchanged
    from pgproof.testing.each import check, each, needs
    from pgproof.testing.handover import load_migrations, migrated_proc
    from pgproof.tool import Failure, History, HistoryTable, Migration, Ran, Recorded
    from pgproof.tool.names import identifier
    from pgproof.walk.evidence import Attempt, Difference, End, Preview, Release, ReleaseRollback, Step

__all__ = [
    "Agreed",
    "Attempt",
    "Catalog",
    "Change",
    "Check",
    "Column",
    "ColumnChange",
    "Constraint",
    "Contract",
    "DataChange",
    "Difference",
    "End",
    "Failure",
    "FieldChange",
    "Finding",
    "History",
    "HistoryTable",
    "Index",
    "Kind",
    "Level",
    "Levels",
    "Looked",
    "Migration",
    "NotApplicable",
    "NotExercised",
    "NotReached",
    "Object",
    "Orphans",
    "Outcome",
    "Preview",
    "Ran",
    "Recorded",
    "Reference",
    "Release",
    "ReleaseRollback",
    "Released",
    "Releases",
    "RowBounds",
    "Sequence",
    "SequencePosition",
    "Step",
    "Table",
    "TableChange",
    "Trigger",
    "Unchanged",
    "ValueSample",
    "check",
    "each",
    "identifier",
    "load_migrations",
    "masked",
    "migrated_proc",
    "needs",
]

_HOMES = {
    "pgproof.catalog.catalog": ("Catalog",),
    "pgproof.catalog.diff": ("Change", "FieldChange"),
    "pgproof.catalog.model": ("Column", "Constraint", "Index", "Object", "Sequence", "Table", "Trigger"),
    "pgproof.catalog.references": ("Reference",),
    "pgproof.contract": ("Agreed", "Contract", "DataChange", "RowBounds"),
    "pgproof.data.change": ("ColumnChange", "TableChange", "ValueSample"),
    "pgproof.finding": (
        "Check", "Finding", "Kind", "Level", "Levels", "Looked", "NotApplicable", "NotExercised", "NotReached",
        "Outcome",
    ),
    "pgproof.masking": ("masked",),
    "pgproof.released.model": ("Released", "Releases", "Unchanged"),
    "pgproof.testing.each": ("check", "each", "needs"),
    "pgproof.testing.handover": ("load_migrations", "migrated_proc"),
    "pgproof.tool": ("Failure", "History", "HistoryTable", "Migration", "Ran", "Recorded"),
    "pgproof.tool.names": ("identifier",),
    "pgproof.walk.evidence": (
        "Attempt", "Difference", "End", "Orphans", "Preview", "Release", "ReleaseRollback",
        "SequencePosition", "Step",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pgproof' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
