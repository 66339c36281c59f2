"""The baseline as a file for a review: one block a finding, in a stable order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pgproof.baseline import Accepted, read_baseline
from pgproof.catalog.contract.toml import value_text
from pgproof.errors import UsageFault

_HEAD = """\
# Findings that were there before, accepted for now: they are reported, and do not fail the run.
# `pgproof baseline --reason="…"` adds the findings of today and takes out what is mended. Reasons and days may be
# edited here, and blocks taken out; other comments do not outlive the next `pgproof baseline`.
"""


def text_of(entries: Iterable[Accepted]) -> str:
    """Return the text of the file, sorted by check and subject."""
    return "\n".join([_HEAD, *map(_block, sorted(entries, key=lambda entry: entry.key))])


def _block(entry: Accepted) -> str:
    lines = [
        "[[accepted]]",
        f"check = {value_text(entry.check)}",
        f"subject = {value_text(entry.subject)}",
        f"reason = {value_text(entry.reason)}",
        f"date = {entry.date.isoformat()}",
    ]
    lines += [f"said = {value_text(entry.said)}"] if entry.said else []
    return "".join(f"{line}\n" for line in lines)


def write_baseline(file: Path, entries: Iterable[Accepted]) -> None:
    """Put the new text in the place of the old one, whole or not at all; raises UsageFault."""
    listed = list(entries)
    target = file.resolve()
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pgproof-baseline-") as folder:
            draft = Path(folder) / target.name
            draft.write_bytes(text_of(listed).encode("utf-8"))
            if {entry.key: entry for entry in listed} != read_baseline(draft).entries:
                raise RuntimeError(f"the new text of {file} does not say what it should; the file was not touched")
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
    except OSError as exc:
        raise UsageFault(f"{file} cannot be written: {exc.strerror}.", "Name a file with --baseline=FILE.") from exc
