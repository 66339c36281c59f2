"""How each tool is told to apply a directory, and to undo all of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from . import builds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A migration tool on the command line."""

    layout: str
    history: str
    timing: frozenset[str]
    """The columns of its history table that hold times."""
    up: Callable[[str, Path], list[str]]
    down: Callable[[str, Path], list[str]] | None = None

    def apply(self, url: str, directory: Path) -> str:
        """Apply everything; return what it said where it failed, else nothing."""
        return _say(self.up(url, directory))

    def undo(self, url: str, directory: Path) -> None:
        """Undo everything."""
        assert self.down is not None
        said = _say(self.down(url, directory))
        assert not said, said


def _say(command: list[str]) -> str:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "DATABASE", "GOOSE", "DBMATE"))}
    found = subprocess.run(command, capture_output=True, text=True, check=False, env=plain, timeout=120)
    return f"{found.stdout}\n{found.stderr}".strip() if found.returncode else ""


def _goose(command: str) -> Callable[[str, Path], list[str]]:
    return lambda url, directory: [str(builds.goose()), "-dir", str(directory), "postgres", url, command]


def _migrate(*words: str) -> Callable[[str, Path], list[str]]:
    return lambda url, directory: [
        *(str(builds.golang_migrate()), "-path", str(directory)),
        *("-database", f"{url.replace('postgresql:', 'postgres:')}&sslmode=disable", *words),
    ]


def _dbmate(url: str, directory: Path) -> list[str]:
    plain = f"{url.replace('postgresql:', 'postgres:')}&sslmode=disable"
    return [str(builds.dbmate()), "--url", plain, "-d", str(directory), "--no-dump-schema", "migrate"]


def _sqlx(*words: str) -> Callable[[str, Path], list[str]]:
    return lambda url, directory: [
        *(str(builds.sqlx()), "migrate", words[0], "--source", str(directory)),
        *("--no-dotenv", "-D", url.replace("@/", "@localhost/"), *words[1:]),
    ]


def _diesel(*words: str) -> Callable[[str, Path], list[str]]:
    return lambda url, directory: [
        *(str(builds.diesel()), "--database-url", url, "migration"),
        *("--migration-dir", str(directory), *words),
    ]


def _flyway(url: str, directory: Path) -> list[str]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    socket = f"{query['host'][0]}/.s.PGSQL.{query['port'][0]}"
    jdbc = (
        f"jdbc:postgresql://localhost{parts.path}?sslmode=disable"
        f"&socketFactory=org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg&socketFactoryArg={socket}"
    )
    user = unquote(parts.username or "")
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", builds.flyway(), "Migrate", jdbc, user, f"filesystem:{directory}"]


GOOSE = Tool(
    layout="goose",
    history="public.goose_db_version",
    timing=frozenset({"tstamp"}),
    up=_goose("up"),
    down=_goose("reset"),
)
GOLANG_MIGRATE = Tool(
    layout="golang-migrate",
    history="public.schema_migrations",
    timing=frozenset(),
    up=_migrate("up"),
    down=_migrate("down", "-all"),
)
DBMATE = Tool(layout="dbmate", history="public.schema_migrations", timing=frozenset(), up=_dbmate)
SQLX = Tool(
    layout="sqlx",
    history="public._sqlx_migrations",
    timing=frozenset({"installed_on", "execution_time"}),
    up=_sqlx("run"),
    down=_sqlx("revert", "--target-version", "0"),
)
DIESEL = Tool(
    layout="diesel",
    history="public.__diesel_schema_migrations",
    timing=frozenset({"run_on"}),
    up=_diesel("run"),
    down=_diesel("revert", "--all"),
)
FLYWAY = Tool(
    layout="flyway",
    history="public.flyway_schema_history",
    timing=frozenset({"installed_on", "execution_time"}),
    up=_flyway,
)
ALL = (GOOSE, GOLANG_MIGRATE, DBMATE, SQLX, DIESEL, FLYWAY)
