"""The commands, one module each: ``pgproof.commands.<name>`` has ``run(words)``, which gets the words after the name.

A new command is a line in ``COMMANDS`` and its module. ``pgproof.cli`` reads the first word, loads that module alone,
prints the lines of the answer and exits with its code; a PgproofError is printed as one message, exit code 4.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command has to say, and its exit code."""

    lines: tuple[str, ...] = ()
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """An option that only one command has; it takes a value where it has a ``metavar``."""

    flag: str
    help: str
    metavar: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is known of a command before its module is loaded."""

    name: str
    words: str
    """What may follow the name, as the help writes it."""
    help: str
    most: int | None = 1
    """How many words without a dash it takes; None: any number."""
    options: tuple[Own, ...] = ()
    passes_on: bool = False
    """Whether the words after ``--`` are for another program."""
    has_settings: bool = True
    """Whether it takes the options of the table of settings."""
    selects: bool = False
    """Whether --check=ID and --subject=NAME are among these."""

    @property
    def module(self) -> str:
        """The module that has its ``run``."""
        return f"{__name__}.{self.name.replace('-', '_')}"


COMMANDS: tuple[Command, ...] = (
    Command(
        name="init",
        words="[DIR] [--contract] [--ci=WHICH]",
        help="look at this repository, and write pgproof.toml and a CI job; nothing is overwritten",
        options=(
            Own(flag="--contract", help="write contract.toml as well: the schema, to be agreed on"),
            Own(flag="--ci", metavar="WHICH", help="github, gitlab or none (default: what the repository uses)"),
        ),
    ),
    Command(
        name="verify",
        words="[DIR] [options]",
        help="apply the history in DIR to a real PostgreSQL, over rows, and check what it showed",
        selects=True,
    ),
    Command(
        name="baseline",
        words='[DIR] --reason="…" [options]',
        help="verify, and accept what is found today into pgproof.baseline.toml",
        selects=True,
        options=(Own(flag="--reason", metavar="TEXT", help="why the findings of today are accepted (needed)"),),
    ),
    Command(
        name="contract",
        words="[DIR] [--check]",
        help="write contract.toml, what the migrations make; or say how it differs",
        options=(Own(flag="--check", help="write nothing: say how contract.toml differs; exit code 1 where it does"),),
    ),
    Command(
        name="lock",
        words="[DIR] [--check] [--accept=VERSION]",
        help="write pgproof.lock, the migrations that are released; or say what is not in it",
        options=(
            Own(flag="--check", help="write nothing: say how pgproof.lock differs; exit code 1 where it does"),
            Own(flag="--accept", metavar="VERSION", help="a released migration that may differ now; repeatable"),
        ),
    ),
    Command(
        name="shell",
        words="[DIR] VERSION [--before] [-- PSQL OPTIONS]",
        help="open psql on the database after, or before, a migration, rows included",
        most=2,
        passes_on=True,
        options=(
            Own(flag="--before", help="just before the migration meets the rows (default: just after it)"),
            Own(flag="--dsn", help="open no psql: print how to connect, and wait for Enter"),
            Own(flag="--end", help="end the servers that `pgproof verify --keep` has left; without a VERSION"),
        ),
    ),
    Command(name="checks", words="[ID]", help="list the checks, or explain one", most=None, has_settings=False),
)


def command(name: str) -> Command:
    """Return a command that is known to exist."""
    return next(one for one in COMMANDS if one.name == name)
