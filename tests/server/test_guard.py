"""Nothing is left, whatever ends the owner."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pgproof.server import home
from pgproof.server.privileges import unprivileged
from pgproof.server.sweep import sweep

from .conftest import Owner, is_running, within


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_a_dead_owner_leaves_nothing_within_five_seconds(owner: Callable[..., Owner], sign: signal.Signals) -> None:
    run = owner()
    assert all(p.exists() for p in run.left[:2])
    assert is_running(run.server)
    run.end(sign)
    assert within(5, run.is_gone)
    assert within(1, lambda: not is_running(run.guard))


def test_the_guard_ignores_the_terminals_signals(owner: Callable[..., Owner]) -> None:
    run = owner()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(run.guard, sign)
    assert not within(0.3, lambda: not is_running(run.guard))
    run.end(signal.SIGKILL)
    assert within(5, run.is_gone)


def test_without_its_guard_the_next_sweep_clears_up(owner: Callable[..., Owner]) -> None:
    dead, living = owner(), owner()
    os.kill(dead.guard, signal.SIGKILL)
    dead.end(signal.SIGKILL)
    assert is_running(dead.server)
    assert dead.left[1].exists()
    assert dead.left[1] in sweep()
    assert dead.is_gone()
    assert is_running(living.server)
    assert all(p.exists() for p in living.left[:2])


def test_an_owner_whose_guard_was_killed_still_clears_up(owner: Callable[..., Owner]) -> None:
    run = owner()
    os.kill(run.guard, signal.SIGKILL)
    run.end(signal.SIGINT)
    assert run.is_gone()


def test_sockets_elsewhere_are_cleared_too(owner: Callable[..., Owner], open_dir: Path) -> None:
    deep = open_dir / ("long" * 30)
    deep.mkdir(mode=0o777)
    deep.chmod(0o777)
    run = owner(deep)
    sockets = run.left[2]
    assert sockets.parent != deep
    assert sockets.exists()
    os.kill(run.guard, signal.SIGKILL)
    run.end(signal.SIGKILL)
    assert run.left[1] in sweep(deep)
    assert not sockets.exists()
    assert not list(deep.iterdir())


def test_a_home_whose_owner_died_before_it_was_made_is_swept(open_dir: Path) -> None:
    open_dir.chmod(0o777)
    lock = open_dir / "pgproof-half.lock"
    lock.write_text("/somewhere/not-ours\n", encoding="utf-8")
    (open_dir / "pgproof-half").mkdir()
    (open_dir / "pgproof-alien").mkdir()
    sweep(open_dir)
    assert [p.name for p in open_dir.iterdir()] == ["pgproof-alien"]


def test_a_lock_never_names_what_is_not_pgproofs(open_dir: Path) -> None:
    lock = open_dir / "pgproof-x.lock"
    lock.write_text(f"{open_dir}/precious\n{open_dir}/pgproof-x\nend\n", encoding="utf-8")
    assert home.read_lock(lock) == (open_dir / "pgproof-x",)


def test_links_and_other_peoples_locks_are_left_alone(open_dir: Path) -> None:
    target = open_dir / "pgproof-a"
    target.mkdir()
    (open_dir / "target").touch()
    (open_dir / "pgproof-a.lock").symlink_to(open_dir / "target")
    (open_dir / "pgproof-b").mkdir()
    alien = open_dir / "pgproof-b.lock"
    alien.touch()
    if os.geteuid() == 0:
        os.chown(alien, unprivileged().uid, -1)
    else:
        alien.chmod(0)
    sweep(open_dir)
    assert target.exists()
    assert alien.exists()


def test_the_guard_waits_for_a_server_that_is_just_starting(open_dir: Path) -> None:
    """The owner dies while initdb or postgres starts: their command lines name the data directory."""
    root = open_dir / "pgproof-young"
    (root / "data").mkdir(parents=True)
    lock = open_dir / "pgproof-young.lock"
    lock.touch()
    written = root / "data" / "PG_VERSION"
    written.touch()
    with subprocess.Popen(["tail", "-f", written]) as child:
        child_is_there = is_running(child.pid)
        home.watch(lock, (root,), stdin=subprocess.DEVNULL).wait(timeout=20)
    assert child_is_there
    assert child.returncode
    assert not root.exists()
    assert not lock.exists()
