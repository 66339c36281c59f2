"""In which order tables are filled: those that are referenced first, circles together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Edges = Mapping[str, Iterable[str]]
"""Table → the tables that it references."""


def layers(tables: Sequence[str], edges: Edges) -> tuple[tuple[str, ...], ...]:
    """Return the strongly connected components, referenced ones first; each sorted by name.

    Tarjan's algorithm with a stack of its own: histories with hundreds of chained tables exist.
    """
    known = set(tables)
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    waiting: list[str] = []
    done: set[str] = set()
    found: list[tuple[str, ...]] = []

    def targets(table: str) -> Iterable[str]:
        return iter(sorted(t for t in set(edges.get(table, ())) if t in known))

    for root in sorted(tables):
        if root in index:
            continue
        work = [(root, targets(root))]
        index[root] = low[root] = len(index)
        waiting.append(root)
        while work:
            table, rest = work[-1]
            target = next(iter(rest), None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[table])
                if low[table] == index[table]:
                    found.append(_take(waiting, table, done))
            elif target not in index:
                index[target] = low[target] = len(index)
                waiting.append(target)
                work.append((target, targets(target)))
            elif target not in done:
                low[table] = min(low[table], index[target])
    return tuple(found)


def _take(waiting: list[str], root: str, done: set[str]) -> tuple[str, ...]:
    taken = []
    while True:
        table = waiting.pop()
        taken.append(table)
        done.add(table)
        if table == root:
            return tuple(sorted(taken))
