"""The directory layouts of migration tools, behind one registry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgproof.errors import HistoryFault, UsageFault
from pgproof.tool import History
from pgproof.tool.layouts.code import Code
from pgproof.tool.layouts.dbmate import Dbmate
from pgproof.tool.layouts.diesel import Diesel
from pgproof.tool.layouts.flyway import Flyway
from pgproof.tool.layouts.golang_migrate import GolangMigrate
from pgproof.tool.layouts.goose import Goose
from pgproof.tool.layouts.groups import grouped
from pgproof.tool.layouts.layout import Layout
from pgproof.tool.layouts.listing import Listing, look
from pgproof.tool.layouts.named import Named
from pgproof.tool.layouts.numbered import Numbered
from pgproof.tool.layouts.pop import Pop, Popx
from pgproof.tool.layouts.prisma import Prisma
from pgproof.tool.layouts.sea_orm import SeaOrm
from pgproof.tool.layouts.sourcegraph import Sourcegraph
from pgproof.tool.layouts.sqlx import Sqlx
from pgproof.tool.layouts.two_levels import TwoLevels
from pgproof.tool.layouts.unread import recognise, sections

REGISTRY: tuple[Layout, ...] = (
    Dbmate(),
    Diesel(),
    Flyway(),
    GolangMigrate(),
    Goose(),
    Named(),
    Numbered(),
    Pop(),
    Popx(),
    Prisma(),
    SeaOrm(),
    Sourcegraph(),
    Sqlx(),
    TwoLevels(),
)
"""Sorted by name. A new layout is a module of its own and one entry here."""


_OF_WHOLE_FILES = frozenset({"golang-migrate", "named", "numbered", "sqlx"})
"""Layouts whose names those of tools with sections look like."""


def names() -> tuple[str, ...]:
    """Return the words that ``--layout`` takes."""
    return tuple(layout.name for layout in REGISTRY)


def by_name(name: str) -> Layout:
    """Return the layout of that name; raises UsageFault where there is none."""
    for layout in (*REGISTRY, Code()):
        if layout.name == name:
            return layout
    raise UsageFault(f"There is no layout {name!r}.", f"Say one of --layout={', --layout='.join(names())}.")


def detect(directory: Path | Sequence[Path], layout: str | None = None, groups: str | None = None) -> History:
    """Return the history in a directory, read with the layout named or else with the one that most files speak for.

    Several directories are one history, in the layout's own order. ``groups`` is the rule of ``groups.grouped``.

    Raises UsageFault for a layout that nobody knows; HistoryFault where there is no such directory, nothing in it, no
    migration in it, files that several layouts claim equally, or a file that cannot be read.
    """
    chosen = by_name(layout) if layout is not None else None
    listing = look(*([directory] if isinstance(directory, Path) else directory))
    if not (listing.files or listing.folders or listing.others):
        raise HistoryFault(f"The directory {listing.root} is empty.", _looked_for(REGISTRY))
    history = (chosen or _choose(listing)).read(listing)
    if not history.migrations:
        raise _nothing(listing, [chosen] if chosen else REGISTRY)
    if chosen is None and history.layout in _OF_WHOLE_FILES:
        _refuse_sections(history)
    return grouped(history, groups) if groups else history


def _choose(listing: Listing) -> Layout:
    claims = {layout.name: layout.claims(listing) for layout in REGISTRY}
    most = max(len(files) for files in claims.values())
    best = [name for name, files in claims.items() if len(files) == most]
    best = [name for name in best if by_name(name).is_marked] or best
    if not most:
        raise _nothing(listing, REGISTRY)
    if len(best) > 1:
        seen = "; ".join(f"{name}: {most}, such as {claims[name][0].relative_to(listing.root)}" for name in best)
        raise HistoryFault(
            f"The files in {listing.root} speak equally for several layouts ({seen}).",
            f"Say which one it is: --layout={' or --layout='.join(best)}.",
        )
    return by_name(best[0])


def _nothing(listing: Listing, layouts: Sequence[Layout]) -> HistoryFault:
    tool = recognise(listing)
    if tool:
        known = f" It looks like a directory of {tool}, which pgproof does not read yet."
    else:
        below = next((f for f in listing.folders if any(layout.claims(look(f)) for layout in layouts)), None)
        known = f" There are some in {below}: did you mean that one?" if below else ""
    return HistoryFault(f"There is no migration in {listing.root}.{known}", _looked_for(layouts))


def _looked_for(layouts: Sequence[Layout]) -> str:
    return "Looked for " + "; or ".join(f"{layout.shape} ({layout.name})" for layout in layouts) + "."


def _refuse_sections(history: History) -> None:
    for migration in history.migrations:
        tool = sections(migration.up)
        if tool:
            raise HistoryFault(
                f"{migration.up} holds sections of {tool}, which pgproof does not read yet.",
                f"To run such files from their first line to their last all the same, say --layout={history.layout}.",
            )
