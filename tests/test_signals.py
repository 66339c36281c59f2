"""Signals: a guard is out of reach from its first moment on, and what waits is not lost."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from pgproof import signals
from pgproof.server import home
from pgproof.testing.room import Room


def blocked(pid):
    """Return the signals that a process has blocked."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    mask = int(next(line for line in lines if line.startswith("SigBlk:")).split()[1], 16)
    return {number for number in signal.valid_signals() if mask >> (number - 1) & 1}


@pytest.fixture
def handled():
    """Answer SIGINT and SIGTERM by noting them."""
    noted = []
    before = {n: signal.signal(n, lambda number, _: noted.append(number)) for n in (signal.SIGINT, signal.SIGTERM)}
    yield noted
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_guard_is_born_with_the_signals_blocked(tmp_path):
    """Ignoring them, which is the shell's first statement, comes too late: see the mask that the fork carried."""
    lock = tmp_path / "pgproof-a.lock"
    lock.touch()
    guard = home.watch(lock, (tmp_path / "pgproof-a",), stdin=subprocess.PIPE)
    at_birth = blocked(guard.pid)
    guard.stdin.close()

    assert guard.wait(timeout=20) == 0
    assert set(signals.ENDING) <= at_birth
    assert not lock.exists()


def test_the_guard_of_a_runs_directory_too():
    room = Room()
    at_birth = blocked(room._guard.pid)  # noqa: SLF001 - nobody but this test looks at it
    room.close()

    assert set(signals.ENDING) <= at_birth
    assert not room.root.exists()


def test_a_program_in_the_same_group_outlives_them():
    with signals.kept_from_children():
        kept = subprocess.Popen(["sleep", "60"], process_group=0)
    plain = subprocess.Popen(["sleep", "60"], process_group=kept.pid)
    for sign in signals.ENDING:
        os.killpg(kept.pid, sign)

    assert -plain.wait(timeout=20) in signals.ENDING
    assert kept.poll() is None
    kept.kill()
    kept.wait(timeout=20)


def test_the_mask_is_put_back():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    with signals.kept_from_children():
        assert set(signals.ENDING) <= signal.pthread_sigmask(signal.SIG_BLOCK, ())

    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_what_came_is_answered_at_the_end(handled):
    with signals.held_back():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        during = list(handled)

    assert during == []
    assert sorted(handled) == [signal.SIGINT, signal.SIGTERM]


def test_what_another_thread_takes_waits_too(handled):
    """A signal to the process goes to any thread that has it unblocked; Python answers in the main one."""
    going = threading.Event()
    other = threading.Thread(target=going.wait)
    other.start()
    with signals.held_back():
        os.kill(os.getpid(), signal.SIGINT)
        during = list(handled)
    going.set()
    other.join()

    assert during == []
    assert handled == [signal.SIGINT]


def test_ctrl_c_wins_over_a_fault_that_it_came_with(handled):
    def fail():
        with signals.held_back():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError

    signal.signal(signal.SIGINT, signal.default_int_handler)

    with pytest.raises(KeyboardInterrupt):
        fail()


def test_in_another_thread_the_programs_are_kept_all_the_same(handled):
    masks = []

    def look():
        with signals.held_back():
            masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    other = threading.Thread(target=look)
    other.start()
    other.join()

    assert set(signals.ENDING) <= masks[0]
