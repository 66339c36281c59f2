"""``pgproof verify``: builds a pytest command line and becomes it."""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pgproof import cache
from pgproof.commands import Answer
from pgproof.commands.line import fields_of, read_setting
from pgproof.errors import UsageFault
from pgproof.masking import masked_address
from pgproof.registry import PACKAGE, checks_directory
from pgproof.settings import load
from pgproof.settings.options import OPTIONS

_CONFIGURATION = Path(__file__).parent.parent / "testing" / "verify.ini"
_PLUGIN = "pgproof.testing.plugin"
_REPORT = Path("reports/junit.xml")
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

_OPTIONS_OF = {
    "xdist": ("-n", "--numprocesses", "--dist", "--tx", "--maxprocesses", "--max-worker-restart"),
    "pytest_postgresql": ("--postgresql-",),
}
"""Plugins that verifying can be done with, by the beginnings of their options."""


def run(words: Sequence[str]) -> Answer:
    """Become pytest; raises UsageFault where the words cannot be meant."""
    line = without_secret(verify_line(words, Path.cwd()))
    # Process id, signals, terminal and exit code stay.
    sys.stdout.flush()
    os.execv(line[0], line)  # noqa: S606 - to become pytest is what the command is for


def verify_line(words: Sequence[str], cwd: Path) -> list[str]:
    """Return the command line of pytest that verifies; raises UsageFault."""
    directory, rest = _directory(words)
    ours, theirs = _translated(rest)
    if directory is not None:
        ours.insert(0, ("migrations", directory))
    settings = load(fields_of(ours), cwd=cwd, environ=os.environ)
    added = _added(os.environ.get("PYTEST_ADDOPTS", ""))
    if settings.evidence is None:
        ours.append(("evidence", str(_junit(theirs).parent / "evidence")))
    names = {option.field: option.name for option in OPTIONS}
    rootdir, prefix = _root(cwd)
    return [
        sys.executable, "-P", "-m", "pytest", "-c", str(_CONFIGURATION), f"--rootdir={rootdir}", "--noconftest",
        "--disable-plugin-autoload", "-p", _PLUGIN, *_plugins([*added, *theirs]),
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


def _plugins(words: Iterable[str]) -> list[str]:
    """Return the words that load plugins of others: those one of whose options is used.

    No other is loaded unasked: those of a project have no part in verifying, and many are slow to import.
    """
    used = list(words)
    wanted = (name for name, options in _OPTIONS_OF.items() if any(word.startswith(options) for word in used))
    return [word for name in wanted if importlib.util.find_spec(name) for word in ("-p", name)]


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
        else:
            ours.append(read_setting(option, flag, is_joined, value, left))
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

    place = cache.directory() or Path(tempfile.gettempdir()) / f"pgproof-{os.geteuid()}"
    return place / hashlib.sha256(str(cwd.resolve()).encode()).hexdigest()[:16]
