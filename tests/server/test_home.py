from __future__ import annotations

import fcntl
import os
import tempfile
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pgproof.errors import ServerFault, UsageFault
from pgproof.server import home
from pgproof.server.database import connect
from pgproof.server.embedded import start
from pgproof.server.home import Home
from pgproof.server.privileges import unprivileged

from .conftest import ANY, AT_HAND

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - what shutil.disk_usage returns


@pytest.fixture
def make() -> Iterator[Callable[[Path | None], Home]]:
    """Make homes, and clear them away."""
    made: list[Home] = []

    def one(scratch: Path | None) -> Home:
        made.append(home.make(scratch, unprivileged()))
        return made[-1]

    yield one
    for each in made:
        each.clear()
        assert not any(p.exists() for p in (each.lock, *each.directories))


@pytest.mark.parametrize(("free", "is_first"), [(home.TMPFS_ROOM, True), (home.TMPFS_ROOM - 1, False)])
def test_tmpfs_is_taken_where_it_has_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, *, is_first: bool
) -> None:
    monkeypatch.setattr(home, "TMPFS", tmp_path)
    monkeypatch.setattr(home.shutil, "disk_usage", lambda _: Usage(free, 0, free))
    assert (next(iter(home.places(None))) == tmp_path) is is_first


def test_without_tmpfs_the_temporary_directory_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(home, "TMPFS", tmp_path / "none")
    assert next(iter(home.places(None))) == Path(tempfile.gettempdir())


def test_a_scratch_directory_is_the_only_place(tmp_path: Path) -> None:
    assert list(home.places(tmp_path)) == [tmp_path]


def test_a_home_is_private_and_locked(make: Callable[[Path | None], Home]) -> None:
    living = make(None)
    account = unprivileged()
    found = living.root.stat()
    assert (found.st_uid, found.st_mode & 0o777) == (account.uid, 0o700)
    assert living.lock.stat().st_mode & 0o777 == 0o600
    other = os.open(living.lock, os.O_RDWR)
    with pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)
    assert home.read_lock(living.lock) == living.directories


def test_a_scratch_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match=r"none: No such file or directory.*\nGive a directory that exists"):
        home.make(tmp_path / "none", unprivileged())


def test_a_scratch_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageFault, match="file: Not a directory"):
        home.make(tmp_path / "file", unprivileged())


def test_a_scratch_directory_that_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700 if os.geteuid() == 0 else 0o500)
    with pytest.raises(UsageFault, match=r"may not enter it|Permission denied"):
        home.make(tmp_path, unprivileged())
    assert list(tmp_path.iterdir()) == []


def test_a_closed_temporary_directory_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make: Callable[[Path | None], Home]
) -> None:
    tmp_path.chmod(0o700 if os.geteuid() == 0 else 0o500)
    monkeypatch.setattr(home, "TMPFS", tmp_path / "none")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert make(None).root.parent == Path("/tmp")  # noqa: S108 - where the room falls back to


def test_no_place_at_all_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(home, "places", lambda _: iter([tmp_path / "a", tmp_path / "b"]))
    with pytest.raises(ServerFault, match=r"no place .*/a: No such .*/b: No such .*\n.*--pgproof-scratch"):
        home.make(None, unprivileged())


@pytest.mark.parametrize(
    ("name", "is_short"), [("long" * 30, False), ("with, comma and 'quotes'", False), ("空白 \"b\" 'q'", True)]
)
def test_a_server_runs_in_any_scratch_directory(open_dir: Path, name: str, *, is_short: bool) -> None:
    scratch = open_dir / name
    scratch.mkdir()
    scratch.chmod(0o777)
    server = start(AT_HAND[ANY], scratch=scratch, timezone="UTC")
    try:
        with connect(server.url("postgres")) as session:
            row = session.execute("SHOW data_directory").fetchone()
        sockets = server.home.sockets
    finally:
        server.close()
    assert row
    assert scratch in Path(row[0]).parents
    assert (scratch in sockets.parents) is is_short
    assert not sockets.exists()
    assert list(scratch.iterdir()) == []


def test_a_relative_scratch_directory(open_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(open_dir)
    assert list(home.places(Path())) == [open_dir]
