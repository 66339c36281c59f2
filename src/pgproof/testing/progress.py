"""The progress of the walk, on a terminal only; it leaves no trace."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Yield what the walk calls before each step: with its version, its position from 0, and the number of steps."""
    if not sys.stdout.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415 - the plugin is imported in every pytest run
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415 - the same

    console = Console()
    with Progress(
        TextColumn("pgproof walks"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None)

        def show(version: str, position: int, total: int) -> None:
            bar.update(task, completed=position, total=total, description=version)

        yield show
