"""Sourcegraph: ``<id>[_<name>]/up.sql``, ``down.sql`` and ``metadata.yaml``, which names the parents.

Parents come first, and what is not related goes by its id. The name of the directory (``frontend``) is the schema in
the tool's log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pgproof.tool import History, modes
from pgproof.tool.layouts.layout import Entry, Layout, history
from pgproof.tool.layouts.listing import Listing
from pgproof.tool.layouts.sourcegraph_log import MigrationLogs
from pgproof.tool.statements import Script, read_text, split
from pgproof.tool.surroundings import Surroundings

_FOLDER = re.compile(r"([0-9]+)(?:_.*)?")
_INTEGER = re.compile(r"[0-9]+")
_BEGIN = re.compile(r"\s*BEGIN;")
_COMMIT = re.compile(r"COMMIT;\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Definition:
    id: int
    folder: Path
    parents: tuple[int, ...]


class Sourcegraph(Layout):
    """Each file is sent as one query in a transaction, unless metadata.yaml says createIndexConcurrently."""

    name: ClassVar[str] = "sourcegraph"
    shape: ClassVar[str] = "<id>[_<name>]/up.sql, down.sql and metadata.yaml"
    ledger = MigrationLogs()
    sends_whole: ClassVar[bool] = True
    is_marked: ClassVar[bool] = True

    def claims(self, listing: Listing) -> tuple[Path, ...]:
        """Return the files called up.sql one level down that have a metadata.yaml beside them."""
        return tuple(f / "up.sql" for f in listing.folders if _is_definition(f))

    def read(self, listing: Listing) -> History:
        """Return the history in the order that the parents give."""
        found: dict[int, list[_Definition]] = {}
        for folder in filter(_is_definition, listing.folders):
            definition = _definition(folder)
            found.setdefault(definition.id, []).append(definition)
        twice = [
            f"version {i} is used {len(ds)} times: {', '.join(d.folder.name for d in ds)}"
            for i, ds in sorted(found.items())
            if len(ds) > 1
        ]
        order, faults = _ordered({i: ds[0] for i, ds in found.items()})
        entries = [
            Entry(version=str(d.id), up=d.folder / "up.sql", down=_down(d.folder), label=d.folder.name) for d in order
        ]
        folders = [d.folder for d in order]
        files = {f / name for f in folders for name in ("up.sql", "down.sql")}
        return history(
            self,
            listing,
            entries,
            has_downs=True,
            own=[f / "metadata.yaml" for f in folders],
            faults=[*twice, *faults, *(f"{f.name} has no down.sql" for f in folders if not _down(f))],
            inside=[p for f in folders for p in sorted(f.iterdir()) if p not in files],
        )

    def script(self, path: Path, *, down: bool) -> Script:  # noqa: ARG002 - the protocol's
        """Return the file without the BEGIN and COMMIT around it, which the tool takes away."""
        content = read_text(path)
        begin, commit = _BEGIN.match(content), _COMMIT.search(content)
        if begin:
            content = re.sub(r"\S", " ", begin[0]) + content[begin.end() :]
        return split(content[: commit.start()] if commit else content)

    def mode(self, path: Path, script: Script, surroundings: Surroundings) -> str:
        """Return the mode that metadata.yaml asks for; downs always are in a transaction."""
        outside = path.name == "up.sql" and _values(path.parent, "createIndexConcurrently") == ["true"]
        return modes.of_tool(script, surroundings, outside=outside)


def _is_definition(folder: Path) -> bool:
    return bool(_FOLDER.fullmatch(folder.name)) and all((folder / n).is_file() for n in ("up.sql", "metadata.yaml"))


def _down(folder: Path) -> Path | None:
    down = folder / "down.sql"
    return down if down.is_file() else None


def _definition(folder: Path) -> _Definition:
    match = _FOLDER.fullmatch(folder.name)
    parents = [int(word) for key in ("parents", "parent") for word in _values(folder, key) if _INTEGER.fullmatch(word)]
    return _Definition(id=int(match[1]) if match else 0, folder=folder, parents=tuple(sorted(p for p in parents if p)))


def _values(folder: Path, key: str) -> list[str]:
    """Return the words that metadata.yaml has for a key: a scalar, ``[a, b]``, or lines that start with a dash."""
    content = read_text(folder / "metadata.yaml")
    match = re.search(rf"^{key}:[ \t]*([^\n]*)((?:\n[ \t]*-[^\n]*)*)", content, re.MULTILINE)
    return re.findall(r"[\w.]+", re.sub(r"#[^\n]*", "", match[1] + match[2])) if match else []


def _ordered(definitions: Mapping[int, _Definition]) -> tuple[list[_Definition], list[str]]:
    """Return the definitions, parents first, and what is wrong with their graph; ids decide where parents do not."""
    left = dict(sorted(definitions.items()))
    faults = [
        f"{d.folder.name} has the parent {parent}, which is not there"
        for d in left.values()
        for parent in d.parents
        if parent not in definitions
    ]
    roots = [d.folder.name for d in left.values() if not d.parents]
    if len(roots) != 1:
        faults.append(f"{len(roots)} migrations have no parent, instead of one: {', '.join(roots)}")
    order = _depth_first(left)
    if len(order) < len(left):
        faults.append(f"{len(left) - len(order)} migrations cannot be reached from the first one: a cycle")
        order += [d for d in left.values() if d not in order]
    return order, faults


def _depth_first(definitions: Mapping[int, _Definition]) -> list[_Definition]:
    children: dict[int, list[int]] = {}
    for d in definitions.values():
        for parent in d.parents:
            children.setdefault(parent, []).append(d.id)
    done: list[int] = []
    seen: set[int] = set()
    stack = [(d.id, False) for d in definitions.values() if not any(p in definitions for p in d.parents)]
    while stack:
        number, is_left = stack.pop()
        if is_left:
            done.append(number)
        elif number not in seen:
            seen.add(number)
            stack.append((number, True))
            stack += [(child, False) for child in sorted(children.get(number, ())) if child not in seen]
    return [definitions[number] for number in reversed(done)]
