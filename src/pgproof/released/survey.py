"""What was released, compared with what is on disk: by the lockfile, and by the base branch."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pgproof.released.contents import Contents
from pgproof.released.model import Released, Releases
from pgproof.released.order import Branches, collisions, doubts, late, roots_of, together
from pgproof.tool import History
from pgproof.tool.failures import shown
from pgproof.tool.manners import manners

_NOTHING: Mapping[str, str] = {}
_SHOWN = 12
"""So many lines of a diff are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The lockfile, now and at the merge base."""

    name: str
    """As a user would type it."""
    now: Mapping[str, str]
    at_base: Mapping[str, str] = field(default_factory=dict)


def survey(history: History, lock: Lock | None = None, branches: Branches | None = None) -> Releases:
    """Return what was released, beside a history on disk."""
    here = Contents(history)
    base = Contents(branches.base) if branches and branches.base else None
    locked = lock.now if lock else _NOTHING
    at_base = base.checksums if base else _NOTHING
    versions = _in_order(here, [*at_base, *locked])
    merged = together(history, branches) if branches else None
    manner = manners(history.layout)
    new = {v: c for v, c in here.checksums.items() if v not in at_base and v not in locked}
    return Releases(
        lock=lock.name if lock else "",
        base=branches.base_name if branches else "",
        base_commit=branches.base_commit if branches else "",
        tip=branches.tip_name if branches else "",
        migrations=tuple(
            Released(
                version=version,
                on_disk=here.checksums.get(version, ""),
                locked=locked.get(version, ""),
                at_base=at_base.get(version, ""),
                file=_file(version, here, base),
                is_accepted=lock is not None and _is_accepted(version, lock, here),
                renamed_to=_renamed(version, here, at_base.get(version) or locked.get(version, ""), new),
                lines=_lines(version, here, base),
                is_down_edited=_is_down_edited(version, here, base),
            )
            for version in versions
        ),
        known_faults=doubts(branches.base) if branches and branches.base else (),
        late=late(history, merged, branches) if branches and merged and manner.late else (),
        collisions=collisions(history, merged, branches) if branches and merged else (),
        manners=manner,
    )


def _in_order(here: Contents, released: Sequence[str]) -> list[str]:
    """Return versions once: those on disk in their order, then those that are gone."""
    known = dict.fromkeys(released)
    return [*(v for v in here.migrations if v in known), *(v for v in known if v not in here.migrations)]


def _is_accepted(version: str, lock: Lock, here: Contents) -> bool:
    """Return whether the lockfile of the merge base had another line, and that of today says what is on disk.

    A line that is new is no word about the content that was there before.
    """
    before = lock.at_base.get(version)
    return before is not None and before != lock.now.get(version) == here.checksums.get(version)


def _renamed(version: str, here: Contents, checksum: str, new: Mapping[str, str]) -> str:
    if version in here.migrations:
        return ""
    return next((other for other, content in new.items() if content == checksum), "")


def _file(version: str, here: Contents, base: Contents | None) -> str:
    if version in here.migrations:
        return shown(here.migrations[version].up)
    if base is None or version not in base.migrations:
        return ""
    path = base.migrations[version].up
    homes = zip(roots_of(here.history), roots_of(base.history), strict=True)
    return next((shown(own / path.relative_to(root)) for own, root in homes if path.is_relative_to(root)), "")


def _lines(version: str, here: Contents, base: Contents | None) -> tuple[str, ...]:
    if base is None or here.checksums.get(version, "") in {"", base.checksums.get(version, "")}:
        return ()
    if version not in base.migrations:
        return ()
    found = difflib.unified_diff(base.lines(version), here.lines(version), lineterm="", n=0)
    changed = [line for line in found if not line.startswith(("---", "+++", "@@"))]
    more = len(changed) - _SHOWN
    return (*changed[:_SHOWN], *([f"… and {more} more lines"] if more > 0 else []))


def _is_down_edited(version: str, here: Contents, base: Contents | None) -> bool:
    if base is None or version not in here.migrations or version not in base.migrations:
        return False
    return here.down(version) != base.down(version)
