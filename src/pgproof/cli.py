"""The ``pgproof`` command: it builds a pytest command line and becomes it."""

from __future__ import annotations

import hashlib
import os
import shlex
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from pgproof.errors import PgproofError, UsageFault, did_you_mean
from pgproof.finding import Check
from pgproof.masking import masked
from pgproof.registry import PACKAGE, checks_directory, known, records
from pgproof.settings import load
from pgproof.settings.model import OPTION
from pgproof.settings.options import OPTIONS, Option

USAGE = 4
INTERRUPTED = 2

_CONFIGURATION = Path(__file__).parent / "testing" / "verify.ini"
_REPORT = Path("reports/junit.xml")
_COMMANDS = ("verify", "checks")
_ONLY_LISTS = frozenset({"--collect-only", "--co"})
"""With these nothing runs, so that there is nothing to report."""

_VALUED = frozenset({
    "-k", "-m", "-n", "-p", "-o", "-c", "-r", "-W", "--maxfail", "--durations", "--durations-min", "--junit-xml",
    "--junitxml", "--junit-prefix", "--tb", "--color", "--deselect", "--dist", "--numprocesses", "--override-ini",
    "--capture", "--show-capture", "--verbosity", "--log-level", "--log-cli-level", "--log-file", "--basetemp",
    "--lfnf", "--last-failed-no-failures", "--maxprocesses", "--max-worker-restart", "--tx", "--pythonwarnings",
    "--pastebin", "--code-highlight", "--import-mode", "--cache-show",
})  # fmt: skip
"""Options of pytest that take the next word as their value, so that it is no directory."""

_HELP = """\
pgproof proves that PostgreSQL migrations are safe to ship.

  pgproof verify [DIR] [options]   apply the history in DIR to a real PostgreSQL, over rows, and check what it showed
  pgproof checks [ID]              list the checks, or explain one
  pgproof --version                print the version

`pgproof verify` writes reports/junit.xml. Options of pytest are taken as well: -n 2, -x, -k, --lf, --junit-xml=FILE.
Exit code: 0 all claims hold, 1 findings, 2 interrupted, 3 pgproof itself failed, 4 usage, no server, nothing selected.

Options of verify (also in pgproof.toml or [tool.pgproof] of pyproject.toml, and as PGPROOF_<NAME>):
"""


def main(args: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code where it does not become pytest."""
    words = list(sys.argv[1:] if args is None else args)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Japanese is no reason to fail
    try:
        return _run(words)
    except PgproofError as fault:
        print(masked(f"pgproof: {fault}"), file=sys.stderr)  # noqa: T201 - a command prints
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of `pgproof checks | head` has left
        return 0


def _run(words: list[str]) -> int:
    command = words[0] if words else "--help"
    if command in {"--help", "-h", "help"} or (command in _COMMANDS and {"--help", "-h"} & set(words[1:])):
        _print(_HELP + "\n".join(_option_help(option) for option in OPTIONS))
        return 0
    if command in {"--version", "-V"}:
        _print(f"pgproof {version('pgproof')}")
        return 0
    if command == "checks":
        return _checks(words[1:])
    if command == "verify":
        _become_pytest(verify_line(words[1:], Path.cwd()))
    closest = did_you_mean(command, _COMMANDS)
    raise UsageFault(f"There is no command '{command}'.{closest}", "`pgproof --help` says more.")


def verify_line(words: Sequence[str], cwd: Path) -> list[str]:
    """Return the command line of pytest that verifies; raises UsageFault."""
    directory, rest = _directory(words)
    ours, theirs = _translated(rest)
    if directory is not None:
        ours.insert(0, ("migrations", directory))
    settings = load(_given(ours), cwd=cwd, environ=os.environ)
    _demand_readable(os.environ.get("PYTEST_ADDOPTS", ""))
    if settings.source("migrations") != OPTION:
        ours.append(("migrations", str(settings.migrations)))
    if settings.evidence is None:
        ours.append(("evidence", str(_junit(theirs).parent / "evidence")))
    names = {option.field: option.name for option in OPTIONS}
    rootdir, prefix = _root(cwd)
    return [
        sys.executable, "-P", "-m", "pytest", "-c", str(_CONFIGURATION), f"--rootdir={rootdir}", "--noconftest",
        "-p", "pgproof", "-o", f"cache_dir={_cache(cwd)}", f"--junit-prefix={prefix}",
        *([] if _ONLY_LISTS & set(theirs) else [f"--junit-xml={_REPORT}"]),
        *(f"--pgproof-{names[field]}" + ("" if value is True else f"={value}") for field, value in ours),
        *theirs, "--pyargs", PACKAGE,
    ]  # fmt: skip


def _demand_readable(addopts: str) -> None:
    """Refuse what pytest would fail on with a traceback."""
    try:
        shlex.split(addopts)
    except ValueError as exc:
        raise UsageFault(
            f"The environment variable PYTEST_ADDOPTS cannot be read: {exc}.", "Close its quotes, or unset it."
        ) from exc


def _become_pytest(line: list[str]) -> NoReturn:
    """Keep process id, signals, terminal and exit code."""
    sys.stdout.flush()
    os.execv(line[0], line)  # noqa: S606 - to become pytest is what the command is for


def _directory(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return DIR, which can only be the first word, and the rest."""
    if words and not words[0].startswith("-"):
        return words[0], list(words[1:])
    return None, list(words)


def _translated(words: Sequence[str]) -> tuple[list[tuple[str, str | bool]], list[str]]:
    """Split the words after DIR into pgproof's own options (field, value) and those of pytest."""
    by_flag = {f"--{option.name}": option for option in OPTIONS}
    ours: list[tuple[str, str | bool]] = []
    theirs: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        flag, is_joined, value = word.partition("=")
        option = by_flag.get(flag)
        if option is None:
            theirs.append(word)
            if word in _VALUED and left:
                theirs.append(left.pop(0))
            elif not word.startswith("-"):
                raise _ambiguous(word)
        elif option.form == "flag":
            ours.append((option.field, value if is_joined else True))
        elif is_joined or left:
            ours.append((option.field, value if is_joined else left.pop(0)))
        else:
            raise UsageFault(f"{flag} needs a value.", f"Write {flag}={option.metavar}: {option.help}.")
    return ours, theirs


def _ambiguous(word: str) -> UsageFault:
    if Path(word).is_dir():
        return UsageFault(
            f"'{word}' may be the migrations directory or the value of an option.",
            f"Write the directory first: pgproof verify {word} [options]; and values as --option=value.",
        )
    return UsageFault(
        f"'{word}' is neither an option nor the value of one.",
        "Write pgproof verify [DIR] [options], values as --option=value; select with --check=ID and --subject=NAME.",
    )


def _given(ours: list[tuple[str, str | bool]]) -> dict[str, object]:
    """Return pgproof's own options as ``load`` takes them."""
    repeatable = {option.field for option in OPTIONS if option.form == "texts"}
    given: dict[str, object] = {}
    for field, value in ours:
        given[field] = [*_listed(given.get(field)), value] if field in repeatable else value
    return given


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _junit(theirs: Sequence[str]) -> Path:
    """Return where the JUnit report goes: the last word on it wins, as in pytest."""
    path = _REPORT
    for position, word in enumerate(theirs):
        flag, is_joined, value = word.partition("=")
        if flag in {"--junit-xml", "--junitxml"}:
            path = Path(value if is_joined else " ".join(theirs[position + 1 : position + 2]))
    return path


def _root(cwd: Path) -> tuple[Path, str]:
    """Return pytest's rootdir and the prefix that makes every JUnit class name ``pgproof.checks.<module>``."""
    checks = checks_directory()
    if checks is None:
        raise UsageFault("The checks of pgproof are not installed.", "Install pgproof again: pip install pgproof.")
    here = cwd.resolve()
    if not checks.is_relative_to(here):
        return cwd, PACKAGE
    # Node ids are relative to rootdir: a virtual environment in the project must not show in the names.
    return checks.parent, PACKAGE.partition(".")[0]


def _cache(cwd: Path) -> Path:
    """Return where pytest keeps what --lf needs: nothing of it belongs into the project."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return home / "pgproof" / hashlib.sha256(str(cwd.resolve()).encode()).hexdigest()[:16]


def _checks(words: list[str]) -> int:
    found = records()
    if not words:
        width = max(map(len, found), default=0)
        for record in found.values():
            _print(f"{record.id:<{width}}  {record.levels.runbook.value:<6}  {record.claim}")
        return 0
    for word in words:
        _print(_explained(known(word, found)))
    return 0


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


def _option_help(option: Option) -> str:
    flag = f"--{option.name}" + (f"={option.metavar}" if option.metavar else "")
    return f"  {flag:<24} {option.help}"


def _print(text: str) -> None:
    print(text)  # noqa: T201 - a command prints
