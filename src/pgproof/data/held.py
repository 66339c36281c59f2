"""What tables hold already: their greatest keys, and the keys to which rows may refer.

Both are read in one exchange, and foretold for rows that are on their way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

import psycopg
from psycopg import sql

from pgproof.data.candidates import Row
from pgproof.data.exchange import ask
from pgproof.data.facts import ColumnFacts, TableFacts, Types
from pgproof.data.future import Key
from pgproof.data.scalars import NUMBERS

Tuple = tuple[str, ...]
Place = tuple[str, tuple[str, ...]]
"""A table and the columns by which others refer to it."""
MOST = 1_000
"""Keys of a parent that are used."""
WHOLE = re.compile(r"-?[1-9][0-9]{0,18}|0")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBERED = re.compile(r"(?P<word>[a-z]+ )(?P<digits>[0-9]+)")


class Held:
    """Greatest numbers and, as texts, keys: in order, but those that migrations made first."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.maxima: dict[tuple[str, str], int | None] = {}
        """The greatest numbers before any row was inserted, by table and column."""
        self.greatest: dict[tuple[str, str], int] = {}
        """The greatest numbers with the rows that were counted on."""
        self._connection = connection
        self._keys: dict[Place, tuple[Tuple, ...]] = {}

    def read(
        self, numbers: Sequence[tuple[TableFacts, ColumnFacts]], keys: Iterable[Key], empty: Collection[str]
    ) -> None:
        """Read the greatest of these numbers, and what these keys may refer to; ``empty`` tables are not asked."""
        asked = [(t, c) for t, c in numbers if t.name not in empty]
        places = dict.fromkeys(_place(k) for k in keys if not k.is_absent)
        self._keys.update((p, ()) for p in places if p[0] in empty)
        sought = [p for p in places if p[0] not in empty]
        answers = ask(self._connection, [*(_greatest(t, c) for t, c in asked), *map(_query, sought)])
        for (table, column), answer in zip(asked, answers, strict=False):
            self.maxima[table.name, column.name] = answer.rows[0][0]
        for place, answer in zip(sought, answers[len(asked) :], strict=True):
            self._learn(place, answer.rows)

    def keys(self, key: Key) -> tuple[Tuple, ...]:
        """Return what a foreign key may refer to, rows that are on their way included."""
        if key.is_absent:
            return ()
        place = _place(key)
        if place not in self._keys:
            [answer] = ask(self._connection, [_query(place)])
            self._learn(place, answer.rows)
        return self._keys[place]

    def is_known(self, key: Key) -> bool:
        """Return whether that can be told without asking the server."""
        return key.is_absent or _place(key) in self._keys

    def forget(self, table: str) -> None:
        """Read the keys of a table again when they are next asked for: it has other rows."""
        for place in [p for p in self._keys if p[0] == table]:
            del self._keys[place]
        for number in [n for n in self.greatest if n[0] == table]:
            del self.greatest[number]

    def foretell(self, table: TableFacts, rows: Sequence[Row], numbers: Iterable[str], types: Types) -> None:
        """Count on rows that will be inserted; forget the keys of which it cannot be said how they will look.

        ``numbers`` are the columns that hold numbered keys.
        """
        columns = {c.name: c for c in table.writable}
        for place in [p for p in self._keys if p[0] == table.name]:
            found = None
            if columns.keys() >= {*place[1]}:
                keys = [tuple(row[c] for c in place[1]) for row in rows]
                found = _joined(self._keys[place], keys, [columns[c] for c in place[1]], types)
            if found is None:
                del self._keys[place]
            else:
                self._learn(place, found)
        for column in numbers:
            before = self.maxima.get((table.name, column))
            made = [int(v) for row in rows if (v := row[column]) is not None]
            if made or before is not None:
                self.greatest[table.name, column] = max(made if before is None else [before, *made])

    def _learn(self, place: Place, rows: Sequence[Tuple]) -> None:
        self._keys[place] = tuple(sorted(rows, key=_is_ours))


def _place(key: Key) -> Place:
    return key.references, key.referenced_columns


def _greatest(table: TableFacts, column: ColumnFacts) -> sql.Composed:
    return sql.SQL("SELECT max({})::bigint FROM {}").format(sql.SQL(column.quoted), sql.SQL(table.name))


def _query(place: Place) -> sql.Composed:
    table, columns = place
    identifiers = [sql.Identifier(c) for c in columns]
    return sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(i) for i in identifiers),
        sql.SQL(table),
        sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(i) for i in identifiers),
        sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.SQL(table), i) for i in identifiers),
        sql.Literal(MOST),
    )


def _joined(
    held: Sequence[Tuple], new: Sequence[tuple[str | None, ...]], columns: Sequence[ColumnFacts], types: Types
) -> list[Tuple] | None:
    """Return keys as the server would show and sort them; None where that is not certain."""
    both: list[Tuple] = [*held, *(tuple(v for v in k if v is not None) for k in new if None not in k)]
    orders = []
    for n, column in enumerate(columns):
        order = _order(column, [k[n] for k in both], types)
        if order is None or len(both) > MOST:
            return None
        orders.append(order)
    return sorted(both, key=lambda k: [order(v) for order, v in zip(orders, k, strict=True)])


def _order(column: ColumnFacts, values: Sequence[str], types: Types) -> Callable[[str], object] | None:
    """Return how the server sorts these values of a column; None where it may not show or sort them so."""
    ground, modifier = types.ground(column.type, column.modifier)
    if ground.name in NUMBERS:
        return int if all(map(WHOLE.fullmatch, values)) else None
    if ground.name == "uuid":
        return str if all(map(UUID.fullmatch, values)) else None
    if ground.name == "text" or (ground.name == "varchar" and modifier < 0):
        return str if _is_one_series(values) else None
    return None


def _is_one_series(values: Sequence[str]) -> bool:
    """Return whether texts differ in digits only: all collations sort those alike."""
    forms = {(m["word"], len(m["digits"])) if (m := NUMBERED.fullmatch(v)) else None for v in values}
    return None not in forms and len(forms) <= 1


def _is_ours(key: Tuple) -> bool:
    return any(k.startswith(("pgproof", "70677072-6f6f-4666-")) for k in key)
