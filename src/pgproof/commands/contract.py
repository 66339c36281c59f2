"""``pgproof contract``: writes the schema part of contract.toml, or says how it is not what the migrations make."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pgproof.catalog.contract.block import SECTIONS, Block, Blocks
from pgproof.catalog.contract.blocks import blocks_of
from pgproof.commands import Answer, command
from pgproof.commands.line import read_words
from pgproof.contract import Contract, Disagreement, disagreements, read_contract, rewritten
from pgproof.errors import HistoryFault, UsageFault
from pgproof.settings import Settings
from pgproof.walk.evidence import Preview, Unwritten
from pgproof.walk.opening import open_session

NAME = "contract.toml"
DIFFERS = 1
_SHOWN = 20


def run(words: Sequence[str]) -> Answer:
    """Write the contract, or with --check say how it differs."""
    given = read_words(command("contract"), words)
    settings = given.settings(directory=next(iter(given.positional), None), to_write=frozenset({"contract"}))
    return check_contract(settings) if given.has("--check") else write_contract(settings)


def check_contract(settings: Settings) -> Answer:
    """Return how the contract is not what the migrations make; exit code 1 where it is not."""
    file = _place(settings)
    preview = _preview(settings)
    agreed = _contract(file, preview)
    if not agreed.schema:
        state = "has no schema part" if agreed.file else "does not exist"
        return Answer(lines=(f"{_shown(file)} {state}: `pgproof contract` writes it.",), code=DIFFERS)
    differences = disagreements(agreed.schema, blocks_of(preview.catalog, migrator=preview.migrator))
    if not differences:
        return Answer(lines=(f"{_shown(file)} says what the migrations make.",))
    lines = (f"{_shown(file)} is not what the migrations make:", *_listed(differences, len(differences)))
    return Answer(lines=(*lines, "Where that is wanted, `pgproof contract` writes it."), code=DIFFERS)


def write_contract(settings: Settings) -> Answer:
    """Write the schema part; comments, row bounds and declared data changes stay. Return what is new."""
    file = _place(settings)
    preview = _preview(settings)
    agreed = _contract(file, preview)
    found = blocks_of(preview.catalog, migrator=preview.migrator)
    old = _text(file) if agreed.file else None
    new = rewritten(old, found)
    name = _shown(file)
    if new == old:
        return Answer(lines=(f"{name} is up to date.",))
    _replace(file, new, agreed, found, preview)
    gone = [table for table in agreed.rows if ("table", table) not in found]
    lost = [f"  the bounds of the rows of {table} went with the table" for table in gone]
    if not agreed.schema:
        return Answer(lines=(f"Wrote {name}: {_counted(found.values())}.", *lost))
    differences = disagreements(agreed.schema, found)
    return Answer(
        lines=(f"Wrote {name}, which was not what the migrations make:", *_listed(differences, _SHOWN), *lost)
    )


def _place(settings: Settings) -> Path:
    return settings.contract or settings.migrations / NAME


def _preview(settings: Settings) -> Preview:
    """Return what an empty database showed; raises HistoryFault where the history does not reach its end."""
    session = open_session(replace(settings, evidence=None), Unwritten())
    session.close()
    preview = session.preview
    for version, failure in preview.on_empty.items():
        raise HistoryFault(
            f"{version} does not apply to an empty database: ERROR {failure.sqlstate}: {failure.message} "
            f"({failure.file}:{failure.line}).",
            "Mend it first: a contract is about the schema after the last migration.",
        )
    return preview


def _contract(file: Path, preview: Preview) -> Contract:
    """Return what is agreed so far; raises UsageFault where the file is something else."""
    return read_contract(file if os.path.lexists(file) else None, preview.history.versions)


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8")


def _replace(file: Path, text: str, agreed: Contract, found: Blocks, preview: Preview) -> None:
    """Put a new text in the place of the old one, when it was read back and says what it should."""
    target = file.resolve()
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".pgproof-contract-") as folder:
            draft = Path(folder) / target.name
            draft.write_bytes(text.encode("utf-8"))
            written = read_contract(draft, preview.history.versions)
            is_kept = written.migrations == agreed.migrations and written.rows.items() <= agreed.rows.items()
            if not is_kept or disagreements(written.schema, found):
                raise RuntimeError(f"the new text of {file} does not say what it should; the file was not touched")
            if target.exists():
                shutil.copymode(target, draft)
            draft.replace(target)
    except OSError as exc:
        raise UsageFault(f"{file} cannot be written: {exc.strerror}.", "Name a file with --contract=FILE.") from exc


def _listed(differences: Iterable[Disagreement], shown: int) -> list[str]:
    lines = [f"  {one}" for one in differences]
    more = len(lines) - shown
    return [*lines[:shown], f"  and {more} more"] if more > 0 else lines or ["  nothing but the way it is written"]


def _counted(blocks: Iterable[Block]) -> str:
    counts = Counter(block.kind for block in blocks)
    return ", ".join(f"{n} {kind if n == 1 else SECTIONS[kind]}" for kind, n in counts.items()) or "no object"


def _shown(file: Path) -> str:
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
