"""What is kept between runs has a key, in which each thing counts that it was made with."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.server import cluster, kept
from pgproof.server.binaries import Binaries
from pgproof.server.cluster import fresh

from .conftest import ANY, AT_HAND

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def programs(tmp_path) -> Binaries:
    """Return programs whose files may be changed."""
    for path in ("bin/postgres", "bin/initdb", "share/postgresql/postgres.bki"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    return replace(AT_HAND[ANY], folder=tmp_path / "bin")


def touched(path: str):
    return lambda programs, _: os.utime(programs.folder.parent / path, ns=(1, 1))


def swelled(path: str):
    def swell(programs, _):
        file = programs.folder.parent / path
        status = file.stat()
        file.write_bytes(b"x")
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))

    return swell


CHANGES = {
    **{f"mtime of {path}": touched(path) for path in ("bin/postgres", "bin/initdb", "share/postgresql/postgres.bki")},
    **{f"size of {path}": swelled(path) for path in ("bin/postgres", "bin/initdb", "share/postgresql/postgres.bki")},
    "packages": lambda programs, patch: patch.setattr(kept, "_PACKAGES", (*kept._PACKAGES, str(programs.folder))),  # noqa: SLF001
    "machine": lambda _, patch: patch.setattr(kept.platform, "machine", lambda: "other"),
    "system": lambda _, patch: patch.setattr(kept.platform, "system", lambda: "other"),
    "libc": lambda _, patch: patch.setattr(kept.platform, "libc_ver", lambda: ("glibc", "1.0")),
    "libraries": lambda _, patch: patch.setenv("LD_LIBRARY_PATH", "/other"),
    "icu": lambda programs, _: (programs.folder.parent / "share" / "icu").mkdir(),
    "arguments": lambda _, patch: patch.setattr(cluster, "INITDB", (*cluster.INITDB, "--data-checksums")),
    "locales": lambda _, patch: patch.setattr(cluster, "LOCALES", ("C",)),
    "configuration": lambda _, patch: patch.setattr(cluster, "CONFIGURATION", "other.conf"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_part_of_the_key_counts(programs, monkeypatch, change):
    before = fresh(programs)
    assert fresh(programs) == before

    CHANGES[change](programs, monkeypatch)

    assert fresh(programs) != before


@pytest.mark.parametrize("part", [{"version": 160000}, {"folder": Path("/elsewhere")}])
def test_other_programs_are_others(programs, part):
    assert fresh(replace(programs, **part)) != fresh(programs)


def test_what_cannot_tell_itself_apart_is_no_part_of_a_key():
    with pytest.raises(TypeError):
        kept.kept("x", {"part": object()})
