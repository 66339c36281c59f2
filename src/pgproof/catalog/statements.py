"""The statements that read a catalog, and which of them a unit needs (bits of ``marks.sql``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TABLE, VIEW, TYPE = 1, 2, 8
NEEDS: Mapping[int, tuple[str, ...]] = {
    TABLE: ("table", "column"),
    VIEW: ("view",),
    4: ("sequence",),
    TYPE: ("type",),
    16: ("function",),
    32: ("schema",),
    64: ("extension",),
    128: ("constraint", "mentioned"),
    256: ("index", "mentioned"),
    512: ("trigger",),
    1024: ("rule",),
    2048: ("policy",),
    4096: ("grant",),
    8192: ("comment",),
}
EVERYTHING = sum(NEEDS)
ORDER = (
    "comment", "mentioned", "constraint", "table", "column", "view", "type", "index", "sequence", "function", "schema",
    "extension", "trigger", "rule", "policy", "grant",
)  # fmt: skip
"""What others refer to comes first, and early what takes the client long: the server works on the next meanwhile."""

CLASSES = ("relations", "types", "functions", "schemas", "extensions", "defaults")
"""The classes of units, by number."""

_RELEASES = {
    "{is_enforced}": (180000, "nullif(k.conenforced, true)", "NULL::bool"),
    "{nulls_not_distinct}": (150000, "i.indnullsnotdistinct", "false"),
}
"""What a token stands for: since a release, and before."""

_TOKEN = re.compile(r"\{(\w+):([\w.]+)\}")
_USERS = "{} >= 16384"
_WHOLE: Mapping[str, str] = {
    "relations": _USERS,
    "tables": "{} IN (SELECT c.oid FROM pg_class AS c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f'))",
    "types": _USERS,
    "functions": "{} NOT IN (SELECT e.objid FROM pg_depend AS e WHERE e.refclassid = 'pg_extension'::regclass"
    " AND e.classid = 'pg_proc'::regclass AND e.deptype = 'e') AND {} >= 16384",
    "schemas": "{} > 0",
    "extensions": _USERS,
    "defaults": _USERS,
}
"""Everything, and more: what belongs to no unit is left out by the reader."""
_PARAMETERS = (*CLASSES, "tables", "composites")
_SOME: Mapping[str, str] = {name: f"{{}} = ANY (${number})" for number, name in enumerate(_PARAMETERS, 1)} | {
    "types": "({} = ANY ($2) OR {} IN (SELECT c.reltype FROM pg_class AS c WHERE c.oid = ANY ($8)))"
}


@cache
def text(name: str) -> str:
    """Return a statement's text without its comment."""
    lines = (files("pgproof.catalog") / "sql" / f"{name}.sql").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query whose plan a session of the server keeps, with the literals of its parameters."""

    name: str
    text: str
    types: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


def whole(name: str, version: int) -> str:
    """Return a statement about everything that users made, for a release."""
    return _filled(name, version, _WHOLE)


def prepared(name: str, *parameters: tuple[str, str]) -> Prepared:
    """Return a statement with parameters of its own, each a type and a literal."""
    return Prepared(name, text(name), tuple(kind for kind, _ in parameters), tuple(value for _, value in parameters))


@dataclass(frozen=True, slots=True)
class Scope:
    """Some units: the statements that read them differ in their parameters alone."""

    arguments: tuple[str, ...]

    @classmethod
    def of(cls, units: Mapping[int, int]) -> Scope:
        """Return the scope of some units, each with its bits."""
        oids: dict[str, list[int]] = {name: [] for name in _PARAMETERS}
        for unit, has in units.items():
            kind, oid = unit >> 32, unit & 0xFFFFFFFF
            oids["composites" if kind == 0 and has & TYPE else CLASSES[kind]].append(oid)
            if has & TABLE:
                oids["tables"].append(oid)
        return cls(tuple("'{" + ",".join(map(str, some)) + "}'" for some in oids.values()))

    def ask(self, name: str, version: int) -> Prepared:
        """Return a statement about these units, for a release."""
        return Prepared(name, _filled(name, version, _SOME), ("oid[]",) * len(_PARAMETERS), self.arguments)


def _filled(name: str, version: int, conditions: Mapping[str, str]) -> str:
    filled = _TOKEN.sub(lambda found: conditions[found[1]].replace("{}", found[2]), text(name))
    for token, (since, newer, older) in _RELEASES.items():
        filled = filled.replace(token, newer if version >= since else older)
    return filled


def needed(has: int) -> tuple[str, ...]:
    """Return the names of the statements that read what the bits say, in order."""
    wanted = {name for bit, names in NEEDS.items() if has & bit for name in names}
    return tuple(name for name in ORDER if name in wanted)
