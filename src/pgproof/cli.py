"""The ``pgproof`` command: it builds a pytest command line and becomes it."""

from __future__ import annotations

import importlib.util
import os
import shlex
import signal
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from pgproof.errors import PgproofError, UsageFault, did_you_mean
from pgproof.finding import Check
from pgproof.masking import masked, masked_address
from pgproof.registry import PACKAGE, checks_directory, known, records
from pgproof.settings import load
from pgproof.settings.options import OPTIONS, Option

USAGE = 4
INTERRUPTED = 2

_CONFIGURATION = Path(__file__).parent / "testing" / "verify.ini"
_PLUGIN = "pgproof.testing.plugin"
_REPORT = Path("reports/junit.xml")
_COMMANDS = ("verify", "contract", "checks")
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

_DISTRIBUTES = ("-n", "--numprocesses", "--dist", "--tx", "--maxprocesses", "--max-worker-restart")

_HELP = """\
pgproof proves that PostgreSQL migrations are safe to ship.

  pgproof verify [DIR] [options]   apply the history in DIR to a real PostgreSQL, over rows, and check what it showed
  pgproof contract [DIR] [--check] write contract.toml, what the migrations make; or say how it differs
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
        from importlib.metadata import version  # noqa: PLC0415 - costs as much as all of the command

        _print(f"pgproof {version('pgproof')}")
        return 0
    if command == "contract":
        return _contract(words[1:])
    if command == "checks":
        return _checks(words[1:])
    if command == "verify":
        _become_pytest(without_secret(verify_line(words[1:], Path.cwd())))
    closest = did_you_mean(command, _COMMANDS)
    raise UsageFault(f"There is no command '{command}'.{closest}", "`pgproof --help` says more.")


def verify_line(words: Sequence[str], cwd: Path) -> list[str]:
    """Return the command line of pytest that verifies; raises UsageFault."""
    directory, rest = _directory(words)
    ours, theirs = _translated(rest)
    if directory is not None:
        ours.insert(0, ("migrations", directory))
    settings = load(_given(ours), cwd=cwd, environ=os.environ)
    added = _added(os.environ.get("PYTEST_ADDOPTS", ""))
    if settings.evidence is None:
        ours.append(("evidence", str(_junit(theirs).parent / "evidence")))
    names = {option.field: option.name for option in OPTIONS}
    rootdir, prefix = _root(cwd)
    return [
        sys.executable, "-P", "-m", "pytest", "-c", str(_CONFIGURATION), f"--rootdir={rootdir}", "--noconftest",
        "--disable-plugin-autoload", "-p", _PLUGIN, *_distributing([*added, *theirs]),
        "-o", f"cache_dir={_cache(cwd)}", f"--junit-prefix={prefix}",
        *([] if _ONLY_LISTS & set(theirs) else [f"--junit-xml={_REPORT}"]),
        *(f"--pgproof-{names[field]}" + ("" if value is True else f"={value}") for field, value in ours),
        *theirs, "--pyargs", PACKAGE,
    ]  # fmt: skip


def without_secret(line: Sequence[str]) -> list[str]:
    """Return the command line with a server's password moved to where the list of processes does not show it."""
    flag, kept = "--pgproof-server=", []
    for word in line:
        address = word.removeprefix(flag)
        if word.startswith(flag) and masked_address(address) != address:
            os.environ["PGPROOF_SERVER"] = address
        else:
            kept.append(word)
    return kept


def _added(addopts: str) -> list[str]:
    """Return the words that the environment adds; refuses what pytest would fail on with a traceback."""
    try:
        return shlex.split(addopts)
    except ValueError as exc:
        raise UsageFault(
            f"The environment variable PYTEST_ADDOPTS cannot be read: {exc}.", "Close its quotes, or unset it."
        ) from exc


def _distributing(words: Iterable[str]) -> list[str]:
    """Return the words that load xdist, where one of its options is used.

    No other plugin is loaded unasked: those of a project have no part in verifying, and many are slow to import.
    """
    if any(word.startswith(_DISTRIBUTES) for word in words) and importlib.util.find_spec("xdist") is not None:
        return ["-p", "xdist"]
    return []


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
    import hashlib  # noqa: PLC0415 - not needed to list the checks

    home = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    return home / "pgproof" / hashlib.sha256(str(cwd.resolve()).encode()).hexdigest()[:16]


def _contract(words: Sequence[str]) -> int:
    from pgproof.commands.contract import check_contract, write_contract  # noqa: PLC0415 - loads the database driver

    directory, rest = _directory([word for word in words if word != "--check"])
    ours, theirs = _translated(rest)
    given = _given([*([("migrations", directory)] if directory else []), *ours])
    unfit = [*theirs, *(f"--{option.name}" for option in OPTIONS if option.is_selection and option.field in given)]
    if unfit:
        raise UsageFault(f"{unfit[0]} is no option of contract.", "Write pgproof contract [DIR] [--check] [options].")
    settings = load(given, cwd=Path.cwd(), environ=os.environ, to_write=frozenset({"contract"}))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        answer = check_contract(settings) if "--check" in words else write_contract(settings)
    finally:
        signal.signal(signal.SIGTERM, before)
    _print(masked("\n".join(answer.lines)))
    return answer.code


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
