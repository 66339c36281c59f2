"""A history written by a test, walked on the test server."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from pgproof.data.rows import Filler
from pgproof.server import Server, database
from pgproof.tool import layouts
from pgproof.tool.sql import SqlTool
from pgproof.walk.evidence import End, Folder, Preview, Step
from pgproof.walk.need import Need
from pgproof.walk.preview import Plan, history_identity, take_preview
from pgproof.walk.state import Observer
from pgproof.walk.step import Rows
from pgproof.walk.walk import Walk

ALL = frozenset({"again", "down", "redo"})


@dataclass(frozen=True)
class Walked:
    preview: Preview
    steps: Mapping[str, Step]
    end: End


Walker = Callable[..., Walked]


def _written(root: Path, files: Mapping[str, str]) -> Path:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name).write_text(dedent(text), encoding="utf-8")
    return root


@pytest.fixture
def prefix(server: Server) -> Iterator[str]:
    """Yield what database names begin with; whatever a test leaves behind is dropped."""
    name = f"pgproof_{secrets.token_hex(4)}"
    yield name
    for left in database.marked(server):
        if left.startswith(name):
            database.drop(server, left)


@pytest.fixture
def walk(server: Server, tmp_path: Path, prefix: str) -> Walker:
    """Return a function: files (name → SQL) to what the walk recorded with all probes."""

    def take(
        files: Mapping[str, str] | Path,
        *,
        read_everything: bool = False,
        seeds: Mapping[str, str] | None = None,
        by: type[SqlTool] = SqlTool,
    ) -> Walked:
        root = files if isinstance(files, Path) else _written(tmp_path / "history", files)
        seed_files = {}
        for version, text in (seeds or {}).items():
            seed_files[version] = tmp_path / f"{version}.sql"
            seed_files[version].write_text(text, encoding="utf-8")
        tool = by(layouts.detect(root))
        observer = Observer(exclude=history_identity(tool.history_table), limit=5000, read_everything=read_everything)
        preview, ahead = take_preview(server, tool, observer, prefix, Plan(seeds=seed_files))
        folder = Folder(tmp_path / "evidence").made()
        folder.write("preview", preview)
        rows = Rows(filler=Filler(rows=8, seed=1), ahead=ahead, seeds=seed_files, keep=None)
        versions = tool.history.versions
        need = Need(probes=dict.fromkeys(versions, ALL), rollback=True)
        walker = Walk(server=server, tool=tool, observer=observer, rows=rows, folder=folder, prefix=prefix)
        walker.take(need, lambda *_: None)
        steps = {v: s for i, v in enumerate(versions) if (s := folder.step(i)) is not None}
        end = folder.read("end", End)
        assert end is not None
        return Walked(folder.read("preview", Preview) or preview, steps, end)

    return take
