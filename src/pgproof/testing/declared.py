"""The data changes that the contract declares, beside what the walk saw: an entry that matches nothing is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgproof.contract import Contract
from pgproof.errors import UsageFault
from pgproof.tool.names import identifier
from pgproof.tool.writing import Writing, writing

if TYPE_CHECKING:
    from pgproof.testing.evidence import Evidence
    from pgproof.walk.evidence import Preview, Step

_PART = re.compile(r'"(?:[^"]|"")*"|[^."]+')
_REFERRED = ("ON DELETE SET", "ON UPDATE CASCADE", "ON UPDATE SET")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name in the declaration of one migration."""

    version: str
    table: str
    column: str = ""
    """Its identity; empty where rows of the table are declared to go."""

    def __str__(self) -> str:
        what = f"rewrites {self.column}" if self.column else f"deletes {self.table}"
        return f'[migrations."{self.version}"] {what}'

    @property
    def plain(self) -> tuple[str, str]:
        """The last parts of its names, as they are stored."""
        return _plain(self.table), _plain(self.column) if self.column else ""

    def is_seen(self, step: Step) -> bool:
        """Whether a step did what is declared."""
        if not self.column:
            return any(change.table == self.table and change.lost for change in step.change.rows)
        return any(
            f"{change.table}.{identifier(column.column)}" == self.column
            for change in step.change.rows
            for column in change.columns
            if (column.changed or column.is_retyped) and not column.is_dropped
        )


def demand_matched(contract: Contract, evidence: Evidence) -> tuple[str, ...]:
    """Return the declared changes that were not seen, each with the reason; raises UsageFault for what can never be.

    Rows that a run generates may not be those that a migration is about: only what its text rules out is an error.
    """
    never: list[str] = []
    unseen: list[str] = []
    for entry in _entries(contract):
        step = evidence.step(entry.version)
        if step is None or step.on_empty is not None:
            stopped = evidence.end.stopped if evidence.end else ""
            unseen += [f"{entry}: {stopped} does not apply"] if stopped else []
        elif not entry.is_seen(step):
            why = _never(entry, step, evidence.preview) if not step.emptied else ""
            never += [f"{contract.file}: {entry}, and {why}."] if why else []
            unseen += [] if why else [f"{entry}: {_unseen(entry, step)}"]
    if never:
        raise UsageFault(
            "\n".join(never),
            "Take that out of the contract, or name what the migration changes, as it is called before the migration.",
        )
    return tuple(unseen)


def _entries(contract: Contract) -> Iterator[Entry]:
    for version, change in contract.migrations.items():
        for table in change.deletes:
            yield Entry(version=version, table=table)
        for column in change.rewrites:
            table = column.removesuffix(_PART.findall(column)[-1]).removesuffix(".")
            yield Entry(version=version, table=table, column=column)


def _never(entry: Entry, step: Step, preview: Preview) -> str:
    """Return why a migration cannot do what is declared, whatever the rows; empty where it may."""
    if entry.table not in step.rows_before:
        return "no such table with rows of its own is there before it (a partition goes by its table)"
    written = writing(preview.history, entry.version)
    if written.is_open or _reaches(entry, written, preview):
        return ""
    table, column = entry.plain
    if column:
        return "" if (table, column) in written.rewrites else "it writes no value of that column"
    return "" if table in written.deletes else "it deletes no row of that table"


def _reaches(entry: Entry, written: Writing, preview: Preview) -> bool:
    """Whether what it writes may lead to that: by trigger, rule or foreign key, through a view, a parent, a partition.

    Of objects that are gone at the end of the history only the names are known, so they count as if they did.
    """
    if not written.tables:
        return False
    catalog, ever = preview.catalog, preview.first_seen
    tables = {_plain(table.identity) for table in catalog.tables}
    tables |= {_plain(seen.removeprefix("table ")) for seen in ever if seen.startswith("table ")}
    if not written.tables <= tables or any(seen.startswith(("trigger ", "rule ")) for seen in ever):
        return True
    if any(t.partition_of or t.inherits for t in catalog.tables):
        return True
    constraints = {f"constraint {c.identity}" for c in catalog.constraints}
    if any(seen.startswith(f"constraint {entry.table}.") and seen not in constraints for seen in ever):
        return True
    keys = [key for key in catalog.foreign_keys if key.table == entry.table]
    if not entry.column:
        return bool(written.deletes) and any("ON DELETE CASCADE" in key.definition for key in keys)
    column = entry.plain[1]
    is_generated = any(c.identity == entry.column and c.generated for c in catalog.columns)
    return is_generated or any(
        column in key.columns and any(words in key.definition for words in _REFERRED) for key in keys
    )


def _unseen(entry: Entry, step: Step) -> str:
    """Return why a change that may be was not seen."""
    if step.emptied:
        return f"rows are in its way (migration-applies-to-rows), so {', '.join(step.emptied)} had to be emptied"
    if not step.rows_before.get(entry.table):
        why = step.unfilled.get(entry.table)
        return f"{entry.table} held no row before it{f' ({why})' if why else ''}"
    changes = [change for change in step.change.rows if change.table == entry.table]
    if not_compared := next((change.not_compared for change in changes if change.not_compared), ""):
        return f"{entry.table} was not compared: {not_compared}"
    if step.unmoved:
        return ", ".join(f"{ran.kind} in line {ran.line} touched no row" for ran in step.unmoved)
    filled = any(column.filled for change in changes for column in change.columns)
    return "it only filled NULLs, which needs no declaration" if entry.column and filled else "no such row was there"


def _plain(identity: str) -> str:
    """Return the last name of an identity, as it is stored."""
    last: str = _PART.findall(identity)[-1]
    return last[1:-1].replace('""', '"') if last.startswith('"') else last
