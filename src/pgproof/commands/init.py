"""``pgproof init``: says what it found, and writes what a repository needs to be verified; it never overwrites."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pgproof.commands import Answer, command
from pgproof.commands.contract import write_contract
from pgproof.commands.init_age import Ages, ages, base_branch, shown
from pgproof.commands.init_choice import choose
from pgproof.commands.init_file import settings_file
from pgproof.commands.init_found import Other
from pgproof.commands.init_workflow import Workflow, chosen, workflow
from pgproof.commands.line import Given, read_words
from pgproof.errors import PgproofError, UsageFault
from pgproof.repository import Repository
from pgproof.settings import Settings, load
from pgproof.tool import History, layouts

_NAMED = 5
"""Ignored files that are named."""
FILE = "pgproof.toml"
FAULT = 4
"""The exit code of a fault that the user can mend."""


def run(words: Sequence[str]) -> Answer:
    """Look, write, and return what was found and written; raises UsageFault where it cannot be told what is meant."""
    given = read_words(command("init"), words)
    here = Path.cwd()
    repository = Repository.around(here)
    root = repository.root if repository else here.resolve()
    ci = chosen(given.text("--ci"), root)
    plan = _plan(given, here, repository)
    lines = [*_described(plan), *_write_file(plan)]
    if ci == "none":
        lines.append("No CI job was written: --ci=github or --ci=gitlab writes one.")
    else:
        lines += _write_workflow(workflow(ci, root, here.resolve(), plan.branch), here)
    if given.has("--contract"):
        try:
            lines += write_contract(load({}, cwd=here, environ=os.environ, to_write=frozenset({"contract"}))).lines
        except PgproofError as fault:
            return Answer(lines=(*lines, f"No contract was written. {fault.message}", fault.remedy), code=FAULT)
    return Answer(lines=(*lines, *_next(root)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What was found, and what follows from it."""

    here: Path
    settings: Settings
    """Those that say where the migrations are: what is given, and what an existing file says."""
    given: Given
    history: History
    ages: Ages
    branch: str | None
    """The base branch, where older migrations are not to be judged."""
    since: str | None
    """That branch, or without git the newest version."""
    others: tuple[Other, ...]
    unread: tuple[Path, ...]


def _plan(given: Given, here: Path, repository: Repository | None) -> _Plan:
    choice = choose(given, here)
    settings = given.settings(directory=str(choice.folder))
    directories = [settings.migrations, *settings.locations]
    history = layouts.detect(directories, settings.layout, settings.groups)
    known = ages(history, repository, date.today())  # noqa: DTZ011 - the day where the user is
    branch = base_branch(repository) if repository and known.is_old_history and not known.no_git else None
    newest = history.versions[-1] if known.is_old_history else None
    return _Plan(
        here=here, settings=settings, given=given, history=history, ages=known, branch=branch,
        since=branch or newest, others=choice.others, unread=choice.unread,
    )  # fmt: skip


def _described(plan: _Plan) -> Iterator[str]:
    history, known = plan.history, plan.ages
    count = len(history.migrations)
    with_down = sum(m.down is not None for m in history.migrations)
    downs = "its tool has no downs" if not history.has_downs else f"{with_down} with a down"
    yield f"Found {count} migration{'' if count == 1 else 's'} of {history.layout} in {shown(history.root)}: {downs}."
    if known.days:
        oldest, newest = min(known.days.values()), max(known.days.values())
        yield f"  They are from {oldest} to {newest}, as {known.source}; {len(known.old)} older than a month."
    if history.ignored:
        names = [os.path.relpath(path, history.root) for path in history.ignored]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"  No migrations, and left out: {', '.join(names[:_NAMED])}{more}."
    if history.orphan_downs:
        yield f"  Downs without an up: {', '.join(path.name for path in history.orphan_downs[:_NAMED])}."
    for fault in history.faults[:_NAMED]:
        yield f"  {fault}"
    if known.no_git:
        yield f"  git was not asked how old they are: {known.no_git}"
    for folder in plan.unread[:_NAMED]:
        yield f"  {shown(folder)} may not be read: what lies there was not looked at."
    for other in plan.others:
        yield f"  Also there: {other.count} files of {other.tool} in {shown(other.folder)}, which pgproof cannot run."


def _write_file(plan: _Plan) -> Iterator[str]:
    text = settings_file(plan.here, plan.given, plan.settings, since=plan.since, ages=plan.ages)
    existing = plan.settings.file
    is_elsewhere = existing is not None and plan.settings.home is not None and existing.parent != plan.here
    if existing is not None and (is_elsewhere or (existing.parent == plan.here and existing.name != FILE)):
        name = os.path.relpath(existing, plan.here)
        yield f"{name} has settings of these migrations and was left alone. {FILE} would have been:"
        yield _indented(text)
        return
    yield from _written(plan.here / FILE, text, plan.here)
    if plan.since is not None:
        yield (
            f"  {len(plan.ages.old)} migrations are older than a month: profile adopt judges only those that are newer "
            f"than {plan.since}."
        )


def _write_workflow(job: Workflow, here: Path) -> Iterator[str]:
    yield from _written(job.path, job.text, here)
    if job.more:
        yield f"  {job.more}"


def _written(path: Path, text: str, here: Path) -> Iterator[str]:
    """Write a file that is not there; of one that is, say what would have been written."""
    name = os.path.relpath(path, here)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        if path.is_file() and path.read_bytes() == text.encode():
            yield f"{name} is there already."
            return
        yield f"{name} is there already and was left alone. It would have been:"
        yield _indented(text)
    except OSError as exc:
        raise UsageFault(
            f"{path} cannot be written: {exc.strerror}.", "Let the user who runs pgproof write it."
        ) from exc
    else:
        yield f"Wrote {name}."


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def _next(root: Path) -> Iterator[str]:
    ignore = root / ".gitignore"
    said = ignore.read_text(encoding="utf-8", errors="replace") if ignore.is_file() else ""
    if (root / ".git").exists() and "reports" not in said:
        yield "Add a line  reports/  to .gitignore: results are written there."
    yield "Next: pgproof verify"
