from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgproof.server import binaries as room
from pgproof.server.binaries import Binaries, Skipped, at_hand, bring, probe
from pgproof.server.privileges import own, unprivileged

from .conftest import AT_HAND


def put(folder: Path, postgres: str) -> Path:
    """Write programs into a directory that everybody may enter."""
    for name, body in {"postgres": postgres, "initdb": ""}.items():
        (folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("postgres (PostgreSQL) 17.10", 170010),
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 150018),
        ("postgres (PostgreSQL) 19devel", 190000),
        ("postgres (PostgreSQL) 18beta2", 180000),
    ],
)
def test_the_version_is_what_the_program_says(open_dir: Path, said: str, version: int) -> None:
    found = probe(put(open_dir, f"echo '{said}'"), "it", unprivileged())
    assert found == Binaries(folder=open_dir, version=version, source="it")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("echo \"postgres: libc.so.6: version 'GLIBC_2.99' not found\" >&2; exit 1", "'GLIBC_2.99' not found"),
        ("exit 127", "ends with 127"),
        ("echo something else", "something else"),
        ("echo 'postgres (PostgreSQL) 9.6.24'", "older than 14"),
        ("echo 'postgres (PostgreSQL) 13.2'", "older than 14"),
        ("kill -9 $$", "ends with -9"),
    ],
)
def test_what_does_not_run_is_skipped_with_the_reason(open_dir: Path, body: str, reason: str) -> None:
    found = probe(put(open_dir, body), "it", unprivileged())
    assert isinstance(found, Skipped)
    assert reason in str(found)


def test_a_wrong_architecture_is_skipped(open_dir: Path) -> None:
    put(open_dir, "")
    (open_dir / "postgres").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(57))
    found = probe(open_dir, "it", unprivileged())
    assert isinstance(found, Skipped)
    assert "cannot be executed" in found.reason


def test_clients_alone_are_no_server(open_dir: Path) -> None:
    put(open_dir, "")
    (open_dir / "initdb").unlink()
    assert probe(open_dir, "it", unprivileged()) == Skipped(source="it", reason=f"no initdb in {open_dir}")


def test_wheels_come_first_and_nothing_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(iter(AT_HAND.values()))
    monkeypatch.setenv("PATH", f"{first.folder}{os.pathsep}{os.environ['PATH']}")
    found = [b for b in at_hand(unprivileged()) if isinstance(b, Binaries)]
    assert len({b.folder.resolve() for b in found}) == len(found)
    sources = [b.source for b in found]
    wheels = [name for name in room.WHEELS.values() if name in sources]
    assert sources[: len(wheels)] == wheels
    assert not set(sources[len(wheels) :]) & set(room.WHEELS.values())


def test_installed_ones_come_newest_first(monkeypatch: pytest.MonkeyPatch, open_dir: Path) -> None:
    for major in (9, 14, 16, 15):
        folder = open_dir / str(major) / "bin"
        folder.mkdir(parents=True)
        put(folder, f"echo 'postgres (PostgreSQL) {major}.1'")
    monkeypatch.setattr(room, "_INSTALLED", (f"{open_dir}/*/bin",))
    monkeypatch.setattr(room, "WHEELS", {"no_such_package": "no-such-package"})
    monkeypatch.setenv("PATH", str(open_dir))
    found = list(at_hand(unprivileged()))
    assert [b.major for b in found if isinstance(b, Binaries)] == [16, 15, 14]
    assert [str(s) for s in found if isinstance(s, Skipped)] == [f"{open_dir}/9/bin: version 9 is older than 14"]


def test_path_is_the_last_resort(monkeypatch: pytest.MonkeyPatch, open_dir: Path) -> None:
    monkeypatch.setattr(room, "_INSTALLED", ())
    monkeypatch.setattr(room, "WHEELS", {})
    monkeypatch.setenv("PATH", str(put(open_dir, "echo 'postgres (PostgreSQL) 16.2'")))
    assert [b.release for b in at_hand(unprivileged()) if isinstance(b, Binaries)] == ["16.2"]


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Return a wheel's tree, its modes closed by the umask of its installation."""
    home = tmp_path / "package" / "pginstall"
    for name in ("bin", "lib", "share"):
        (home / name).mkdir(parents=True)
    put(home / "bin", 'echo "postgres (PostgreSQL) 17.1"; . "$(dirname "$0")/../../../package.libs/so"')
    (tmp_path / "package.libs").mkdir()
    (tmp_path / "package.libs" / "so").write_text("true\n", encoding="utf-8")
    for path in tmp_path.rglob("*"):
        path.chmod(0o700)
    return home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_a_closed_tree_is_brought_and_itself_left_closed(prefix: Path, open_dir: Path) -> None:
    account = unprivileged()
    found = probe(prefix / "bin", "it", account)
    assert isinstance(found, Binaries)
    assert not found.is_enterable
    brought = bring(found, to=(open_dir / "there",), account=account)
    assert isinstance(brought, Binaries)
    assert brought.is_enterable
    assert account.run([brought.folder / "postgres", "--version"], env={}).code == 0
    assert {p.stat().st_mode & 0o777 for p in prefix.rglob("*")} == {0o700}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_a_place_that_refuses_is_followed_by_the_next(prefix: Path, open_dir: Path) -> None:
    found = probe(prefix / "bin", "it", unprivileged())
    assert isinstance(found, Binaries)
    (open_dir / "file").touch()
    brought = bring(found, to=(open_dir / "file" / "no", open_dir / "yes"), account=unprivileged())
    assert isinstance(brought, Binaries)
    assert open_dir / "yes" in brought.folder.parents
    refused = bring(found, to=(open_dir / "file" / "no",), account=unprivileged())
    assert isinstance(refused, Skipped)
    assert "cannot be copied" in refused.reason


def test_a_tree_that_cannot_be_moved_is_said(open_dir: Path) -> None:
    (open_dir / "bin").mkdir()
    found = Binaries(folder=put(open_dir / "bin", "true"), version=170001, source="it", is_enterable=False)
    brought = bring(found, to=(open_dir / "there",), account=own())
    assert isinstance(brought, Skipped)
    assert "may not execute" in brought.reason
