"""``pgproof checks``: lists the checks, or explains one."""

from __future__ import annotations

from collections.abc import Sequence

from pgproof.commands import Answer, command
from pgproof.commands.line import read_words
from pgproof.finding import Check
from pgproof.registry import known, records


def run(words: Sequence[str]) -> Answer:
    """Return a line for each check, or all about one."""
    asked = read_words(command("checks"), words).positional
    found = records()
    if asked:
        return Answer(lines=tuple(_explained(known(word, found)) for word in asked))
    width = max(map(len, found), default=0)
    return Answer(
        lines=tuple(f"{one.id:<{width}}  {one.levels.runbook.value:<6}  {one.claim}" for one in found.values())
    )


def _explained(record: Check) -> str:
    levels = record.levels
    parts = [
        ("Claim", record.claim),
        ("Who is hurt where it is broken", record.effect),
        ("What to do", record.remedy),
        ("Runbook", record.runbook or "not in the runbook"),
        ("Levels", f"runbook {levels.runbook}, adopt {levels.adopt}, live {levels.live}"),
        ("May fail together with it", ", ".join(record.also) or "nothing"),
    ]
    return "\n".join([record.id, *(f"  {title}:\n      {text}" for title, text in parts)])
