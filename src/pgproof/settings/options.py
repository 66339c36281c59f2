"""The one table of options: files, environment, pytest and the command are all made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "number", "path", "flag", "texts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One setting that can be given on the command line."""

    field: str
    """The field of Settings, and the key in a file."""
    form: Form
    help: str
    word: str = ""
    """The option without ``--``; made from the field where it is empty."""
    metavar: str = ""
    least: int = 0
    """Of a number."""
    choices: tuple[str, ...] = ()
    is_selection: bool = False
    """Selects for one run: on the command line only."""

    @property
    def name(self) -> str:
        """The option of the command, without ``--``."""
        return self.word or self.field.replace("_", "-")

    @property
    def environment(self) -> str:
        """The environment variable."""
        return f"PGPROOF_{self.field.upper()}"


OPTIONS: tuple[Option, ...] = (
    Option(field="migrations", form="path", metavar="DIR", help="the migrations directory (default: ./migrations)"),
    Option(field="layout", form="text", metavar="NAME", help="its layout, where pgproof should not find out itself"),
    Option(
        field="groups", form="text", metavar="REGEX",
        help="files from whose names it takes the same text are one migration",
    ),
    Option(
        field="server", form="text", metavar="WHICH",
        help="auto (default), embedded, container, or the URL of a scratch server",
    ),
    Option(field="image", form="text", metavar="NAME", help="the image of a server in a container (postgres:…)"),
    Option(
        field="allow_server_wide", form="flag",
        help="on a server named by URL, let migrations change what belongs to all of it (roles, ALTER SYSTEM, …)",
    ),
    Option(field="pg_version", form="number", least=1, metavar="N", help="PostgreSQL major version, e.g. 17"),
    Option(field="pg_bin", form="path", metavar="DIR", help="the bin directory of an installed PostgreSQL"),
    Option(field="scratch", form="path", metavar="DIR", help="where server directories go (default: tmpfs with room)"),
    Option(field="rows", form="number", metavar="N", help="rows in each table (default 20; 0: empty tables)"),
    Option(field="seed", form="number", metavar="N", help="same seed, same rows (default 1)"),
    Option(field="timezone", form="text", metavar="NAME", help="TimeZone of the server (default Asia/Tokyo)"),
    Option(field="role", form="text", metavar="NAME", help="who migrates: no superuser, owner of the database"),
    Option(field="statement_timeout", form="text", metavar="TIME", help="of the one who migrates, e.g. 30s"),
    Option(field="lock_timeout", form="text", metavar="TIME", help="of the one who migrates, e.g. 5s"),
    Option(field="release", form="number", least=1, metavar="N", help="the newest N migrations are the release"),
    Option(
        field="since", form="text", metavar="REF",
        help="judge only migrations newer than a branch, tag or commit of git, or than a version",
    ),
    Option(field="fresh", form="flag", help="build the state before that base anew, and keep none of it"),
    Option(
        field="profile", form="text", metavar="NAME", choices=("runbook", "adopt", "live"),
        help="which level each check has: runbook (default)",
    ),
    Option(field="contract", form="path", metavar="FILE", help="contract.toml: what the team has agreed on"),
    Option(field="lock", form="path", metavar="FILE", help="pgproof.lock: what the released migrations hold"),
    Option(field="baseline", form="path", metavar="FILE", help="pgproof.baseline.toml: the findings accepted before"),
    Option(field="sizes", form="path", metavar="FILE", help="sizes.toml: rows per table in production"),
    Option(
        field="lock_rows", form="number", metavar="N",
        help="a table that sizes.toml gives fewer rows is small (default 10000)",
    ),
    Option(field="seeds", form="path", metavar="DIR", help="your own rows: <version>.sql, run before that version"),
    Option(field="keep_rows", form="path", metavar="DIR", help="write the generated rows there, one file a version"),
    Option(field="evidence", form="path", metavar="DIR", help="keep the evidence there"),
    Option(field="keep", form="flag", help="after findings, leave the server with the databases that they are about"),
    Option(field="require_exercised", form="flag", help="what could not be exercised fails"),
    Option(field="read_everything", form="flag", help="re-read everything at each state (slow, a self-check)"),
    Option(
        field="checks", word="check", form="texts", metavar="ID", is_selection=True, help="only this check; repeatable"
    ),
    Option(
        field="subjects", word="subject", form="texts", metavar="NAME", is_selection=True,
        help="only this migration, table, index, …, by its exact name; repeatable",
    ),
    Option(
        field="accept", form="text", metavar="REASON", is_selection=True,
        help="accept the findings of this run into the baseline (`pgproof baseline`)",
    ),
)
