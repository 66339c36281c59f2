"""Ctrl-C and its like, kept from where they would leave something behind."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""What a terminal, or a runner of jobs, sends to a whole process group."""
_HANDLED = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def kept_from_children() -> Iterator[None]:
    """Start programs in the block that these signals cannot end: they inherit them blocked, from before the fork on.

    A session of their own alone comes too late: between fork and setsid a program is still in the terminal's group.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the end of the block, for this process and for the programs started in it.

    Blocking does not do for this process: another thread would take the signal, and the main one raise at once.
    """
    if threading.current_thread() is not threading.main_thread():
        with kept_from_children():
            yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda n, _: came.append(n)) for number in _HANDLED}
    try:
        with kept_from_children():
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)
