"""What is kept between runs is whole and the same, or is not used."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.server import kept
from pgproof.server.embedded import EmbeddedServer, start
from pgproof.server.privileges import unprivileged

from .conftest import ANY, AT_HAND

pytestmark = pytest.mark.usefixtures("cache")

SEEN = "SELECT (SELECT count(*) FROM pg_collation), (SELECT count(*) FROM pg_proc), current_setting('server_encoding')"
RACER = """
import sys
from pathlib import Path
from pgproof.server import embedded
from pgproof.server.binaries import probe
from pgproof.server.privileges import unprivileged
server = embedded.start(probe(Path(sys.argv[1]), "test", unprivileged()), scratch=None, timezone="UTC")
server.maintenance().execute("SELECT 1")
server.close()
"""


def serve(major: int) -> EmbeddedServer:
    return start(AT_HAND[major], scratch=None, timezone="UTC")


def seen(major: int) -> tuple[object, ...]:
    server = serve(major)
    try:
        return tuple(server.maintenance().execute(SEEN).fetchone())
    finally:
        server.close()


@pytest.mark.parametrize("major", sorted(AT_HAND))
def test_the_second_server_is_the_first_one_again(cache, major):
    made = seen(major)
    (file,) = cache.iterdir()
    written = file.stat().st_ino

    assert seen(major) == made
    assert [f.stat().st_ino for f in cache.iterdir()] == [written]


def cut_between_members(whole: bytes) -> bytes:
    """Return an archive that tar itself takes for whole."""
    length = int(whole.split()[-1])
    folder = whole.index(b"./global/\0")
    assert folder < length
    return whole[:folder]


@pytest.mark.parametrize(
    "spoil",
    [lambda whole: whole[: len(whole) // 2], cut_between_members, lambda whole: whole[:-1], lambda _: b"",
     lambda _: b"no archive" * 99, lambda whole: bytes(len(whole) - 40) + whole[-40:]],
)  # fmt: skip
def test_one_that_is_not_whole_is_made_anew(cache, spoil):
    made = seen(ANY)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(spoil(whole))

    assert seen(ANY) == made
    assert abs(file.stat().st_size - len(whole)) < 1024 * 1024


def test_one_that_no_server_starts_on_is_made_anew(cache, tmp_path):
    made = seen(ANY)
    (file,) = cache.iterdir()
    data = tmp_path / "data"
    account = replace(unprivileged(), is_dropped=False)
    assert kept.Kept(file).unpack(data, account)
    (data / "global" / "pg_control").write_bytes(b"x" * 8192)
    assert kept.Kept(file).pack(data, account)

    server = serve(ANY)
    assert server.came_from is None
    assert tuple(server.maintenance().execute(SEEN).fetchone()) == made
    server.close()
    again = serve(ANY)
    assert again.came_from == kept.Kept(file)
    again.close()


def test_nothing_there_is_overwritten(cache):
    seen(ANY)
    (file,) = cache.iterdir()
    (cache / "data").mkdir()
    (cache / "data" / "mine").touch()

    assert not kept.Kept(file).unpack(cache / "data", unprivileged())
    assert (cache / "data" / "mine").exists()


def linked(file: Path) -> None:
    file.rename(file.with_suffix(".away"))
    file.symlink_to(file.with_suffix(".away"))


def fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    "poison",
    [linked, fifo, lambda file: file.chmod(0o666), lambda file: file.parent.chmod(0o777),
     lambda file: (file.parent.rename(file.parent.with_name("away")), file.parent.symlink_to("away"))],
)  # fmt: skip
def test_one_that_others_could_have_put_there_is_not_used(cache, poison):
    seen(ANY)
    (file,) = cache.iterdir()
    poison(file)
    place = kept.Kept(file)

    assert not place.unpack(cache.parent / "data", unprivileged())
    assert not (cache.parent / "data").exists()
    assert seen(ANY)[2] == "UTF8"


@pytest.mark.parametrize("what", ["file", "folder"])
def test_one_of_another_user_is_not_touched(cache, monkeypatch, what):
    seen(ANY)
    (file,) = cache.iterdir()
    uid = os.geteuid()
    monkeypatch.setattr(kept, "_is_ours_alone", (lambda _: True) if what == "file" else kept._is_ours_alone)  # noqa: SLF001
    monkeypatch.setattr(kept.os, "geteuid", lambda: uid + 1)

    assert not kept.Kept(file).unpack(cache.parent / "data", unprivileged())
    assert not (cache.parent / "data").exists()
    assert what == "file" or not kept.Kept(file).may_pack()


def test_nothing_is_made_in_the_home_of_somebody_else(cache, monkeypatch, tmp_path):
    status = Path.stat
    other = {tmp_path / "cache": tmp_path.stat().st_uid + 7}

    def of_others(path, **more):
        found = status(path, **more)
        if path not in other:
            return found
        return os.stat_result([*found[:4], other[path], *found[5:10]])

    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(Path, "stat", of_others)

    assert seen(ANY)[2] == "UTF8"
    assert not list((tmp_path / "cache").iterdir())


def in_the_way(cache: Path) -> None:
    cache.parent.parent.mkdir()
    cache.parent.write_text("a file in its way")


def full(_: Path) -> None:
    kept.LEAST_FREE = 2**63


@pytest.mark.parametrize("spoil", [in_the_way, full])
def test_a_cache_that_cannot_be_written_is_no_fault(cache, monkeypatch, spoil):
    monkeypatch.setattr(kept, "LEAST_FREE", kept.LEAST_FREE)
    spoil(cache)

    assert seen(ANY)[2] == "UTF8"
    assert not list(cache.parent.glob("kept/*"))


def test_a_disk_that_fills_up_leaves_no_draft(cache, monkeypatch):
    def pipe(*_, sink, **__):
        sink.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pgproof.server.privileges.Account.pipe", pipe)

    assert seen(ANY)[2] == "UTF8"
    assert not list(cache.iterdir())


def test_one_on_a_disk_that_cannot_be_written_is_used(cache, monkeypatch):
    seen(ANY)
    (file,) = cache.iterdir()

    def utime(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(kept.os, "utime", utime)
    server = serve(ANY)
    server.close()

    assert server.came_from == kept.Kept(file)


def test_without_a_home_nothing_is_kept(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])

    assert seen(ANY)[2] == "UTF8"
    assert kept.kept("x", {}) == kept.Kept(None)


def test_runs_at_the_same_time_keep_one_whole_file(cache):
    owners = [subprocess.Popen([sys.executable, "-c", RACER, str(AT_HAND[ANY].folder)]) for _ in range(4)]

    assert [owner.wait(60) for owner in owners] == [0, 0, 0, 0]
    (file,) = cache.iterdir()
    server = serve(ANY)
    server.close()
    assert server.came_from == kept.Kept(file)


def test_what_is_old_or_too_much_goes(cache, monkeypatch):
    cache.mkdir(mode=0o700, parents=True)
    now = time.time()
    for name, age in [("a.tar", 10), ("b.tar", 20), ("c.tar", 30), ("x.draft", 9999), ("y.draft", 9)]:
        (cache / name).write_bytes(b"x" * 60_000)
        os.utime(cache / name, (now - age, now - age))
    monkeypatch.setattr(kept, "MOST_BYTES", 80_000)
    data = cache.parent / "data"
    data.mkdir()

    kept.Kept(cache / "new.tar").pack(data, replace(unprivileged(), is_dropped=False))

    assert sorted(f.name for f in cache.iterdir()) == ["a.tar", "new.tar", "y.draft"]


def test_what_was_used_lately_stays(cache, monkeypatch):
    cache.mkdir(mode=0o700, parents=True)
    now = time.time()
    for name, age in [("a.tar", 40 * 24 * 3600), ("b.tar", 3600)]:
        (cache / name).write_bytes(b"x")
        os.utime(cache / name, (now - age, now - age))
    data = cache.parent / "data"
    data.mkdir()

    kept.Kept(cache / "new.tar").pack(data, replace(unprivileged(), is_dropped=False))

    assert sorted(f.name for f in cache.iterdir()) == ["b.tar", "new.tar"]


def test_one_that_is_too_large_takes_no_other_with_it(cache, monkeypatch):
    cache.mkdir(mode=0o700, parents=True)
    (cache / "a.tar").write_bytes(b"x" * 1000)
    data = cache.parent / "data"
    data.mkdir()
    (data / "large").write_bytes(b"x" * 80_000)
    monkeypatch.setattr(kept, "MOST_BYTES", 20_000)

    assert not kept.Kept(cache / "new.tar").pack(data, replace(unprivileged(), is_dropped=False))
    assert [f.name for f in cache.iterdir()] == ["a.tar"]
