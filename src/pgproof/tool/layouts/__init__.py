"""The directory layouts of migration tools, behind one registry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgproof.errors import HistoryFault, UsageFault
from pgproof.tool import History
from pgproof.tool.layouts.golang_migrate import GolangMigrate
from pgproof.tool.layouts.layout import Layout, Listing, look
from pgproof.tool.layouts.named import Named
from pgproof.tool.layouts.numbered import Numbered
from pgproof.tool.layouts.prisma import Prisma
from pgproof.tool.layouts.unread import recognise, sections

REGISTRY: tuple[Layout, ...] = (GolangMigrate(), Named(), Numbered(), Prisma())
"""Sorted by name. A new layout is a module of its own and one entry here."""


def names() -> tuple[str, ...]:
    """Return the words that ``--layout`` takes."""
    return tuple(layout.name for layout in REGISTRY)


def by_name(name: str) -> Layout:
    """Return the layout of that name; raises UsageFault where there is none."""
    for layout in REGISTRY:
        if layout.name == name:
            return layout
    raise UsageFault(f"There is no layout {name!r}.", f"Say one of --layout={', --layout='.join(names())}.")


def detect(directory: Path, layout: str | None = None) -> History:
    """Return the history in a directory, read with the layout named or else with the one that most files speak for.

    Raises UsageFault for a layout that nobody knows; HistoryFault where there is no such directory, nothing in it, no
    migration in it, files that several layouts claim equally, or a file that cannot be read.
    """
    chosen = by_name(layout) if layout is not None else None
    listing = look(directory)
    if not (listing.files or listing.folders or listing.others):
        raise HistoryFault(f"The directory {directory} is empty.", _looked_for(REGISTRY))
    history = (chosen or _choose(listing)).read(listing)
    if not history.migrations:
        raise _nothing(listing, [chosen] if chosen else REGISTRY)
    if chosen is None:
        _refuse_sections(history)
    return history


def _choose(listing: Listing) -> Layout:
    claims = {layout.name: layout.claims(listing) for layout in REGISTRY}
    most = max(len(files) for files in claims.values())
    best = [name for name, files in claims.items() if len(files) == most]
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
