"""Where results are written, tried before anything runs: an unwritable report is no surprise at the end."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pgproof.errors import UsageFault


def junit_path(config: pytest.Config) -> Path | None:
    """Return where pytest will write its JUnit report."""
    given = config.getoption("xmlpath", None)
    if not given:
        return None
    return config.invocation_params.dir / Path(os.path.expandvars(given)).expanduser()


def clear_junit(path: Path) -> None:
    """Take an earlier report away, so that nobody reads it for this run's; raises UsageFault if that cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() or not path.exists():
            path.open("a").close()
            path.unlink()
        elif path.is_dir():
            raise IsADirectoryError(21, "it is a directory")
    except OSError as exc:
        raise UsageFault(
            f"The JUnit report cannot be written to {path}: {exc.strerror}.", "Name another file with --junit-xml=FILE."
        ) from exc


@contextmanager
def writing_junit(path: Path | None) -> Iterator[None]:
    """Say in one message that the report could not be written at the end: half of one is taken away."""
    try:
        yield
    except OSError as exc:
        if path is None:
            raise
        with suppress(OSError):
            path.unlink()
        raise pytest.exit.Exception(
            f"The JUnit report cannot be written to {path}: {exc.strerror}.\n"
            "Free some space there, or name another file with --junit-xml=FILE.",
            returncode=int(pytest.ExitCode.USAGE_ERROR),
        ) from None


def claim_evidence(folder: Path) -> int:
    """Take the folder for this run alone, empty of earlier evidence; returns the descriptor that holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        claim = os.open(folder, os.O_RDONLY)
    except OSError as exc:
        raise _unwritable(folder, exc) from exc
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for pattern in ("preview.json", "step-*.json", "end.json", "*.draft"):
            for old in folder.glob(pattern):
                old.unlink()
        trial = folder / "trial.draft"
        trial.touch()
        trial.unlink()
    except BlockingIOError as exc:
        os.close(claim)
        raise UsageFault(
            f"Another run of pgproof is writing its evidence to {folder}.",
            "Wait for it, or name another folder with --evidence=DIR.",
        ) from exc
    except OSError as exc:
        os.close(claim)
        raise _unwritable(folder, exc) from exc
    return claim


def _unwritable(folder: Path, exc: OSError) -> UsageFault:
    return UsageFault(
        f"The evidence cannot be written to {folder}: {exc.strerror}.", "Name another folder with --evidence=DIR."
    )
