"""The statements that read a catalog, and which of them a unit needs (bits of ``marks.sql``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TABLE, VIEW, TYPE, GRANT = 1, 2, 8, 4096
NEEDS: dict[int, tuple[str, ...]] = {
    TABLE: ("table", "not_null", "column"),
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
    GRANT: ("grant",),
    8192: ("comment",),
}
RARE = (
    "operator", "operator_family", "operator_class", "cast", "collation", "text_search", "text_search", "text_search",
    "text_search", "foreign_data_wrapper", "foreign_server", "user_mapping", "language", "transform", "access_method",
    "publication", "subscription", "event_trigger", "database", "large_object",
)  # fmt: skip
"""The statements of the rarer kinds, by the class of the unit (see ``marks.sql``), from the first class on."""
_FIRST, _BIT = 6, 12
RARE_BITS: Mapping[int, str] = {1 << _BIT + number: name for number, name in enumerate(RARE, _FIRST)}
"""The bit of each class, which makes a unit."""
EVERYTHING = sum(NEEDS) - GRANT + (1 << _BIT + _FIRST + RARE.index("database"))
"""What a whole reading asks for at once; grants and the rarer kinds come then, where the marks say there are any."""
NEEDS |= {bit: (name,) for bit, name in RARE_BITS.items()} | {1 << 38: ("statistics",), 1 << 39: ("rare_grant",)}
ORDER = (
    "comment", "mentioned", "table", "not_null", "column", "constraint", "view", "type", "index", "sequence",
    "function", "schema", "extension", "trigger", "rule", "policy", "grant", "statistics", *dict.fromkeys(RARE),
    "rare_grant",
)  # fmt: skip
"""What others refer to comes first, and early what takes the client long: the server works on the next meanwhile."""

CLASSES = ("relations", "types", "functions", "schemas", "extensions", "defaults")
"""The classes of units, by number."""

_RELEASES = {
    "{is_enforced}": (180000, "nullif(k.conenforced, true)", "NULL::bool"),
    "{nulls_not_distinct}": (150000, "i.indnullsnotdistinct", "false"),
}
"""What a token stands for: since a release, and before."""

_LINE = re.compile(r"^(.*?) *-- since (\d+)$", re.MULTILINE)
"""A line for a release and later ones."""
_TOKEN = re.compile(r"\{(\w+)(?::([\w.]+))?\}")
_USERS = "{} >= 16384"
_WHOLE: dict[str, str] = {
    "relations": _USERS,
    "tables": "{} IN (SELECT c.oid FROM pg_class AS c WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f'))",
    "types": _USERS,
    "functions": "{} NOT IN (SELECT e.objid FROM pg_depend AS e WHERE e.refclassid = 'pg_extension'::regclass"
    " AND e.classid = 'pg_proc'::regclass AND e.deptype = 'e') AND {} >= 16384",
    "schemas": "{} > 0",
    "extensions": _USERS,
    "defaults": _USERS,
    "unread": "false",
    "every_type": "(SELECT oid, typcollation, typstorage FROM pg_type OFFSET 0)",
}
_WHOLE |= {f"class{number}": _USERS for number in range(_FIRST, _FIRST + len(RARE))}
"""Everything, and more: what belongs to no unit is left out by the reader. A new database has no statistics of its own
catalogs: the planner is told where to read one of them once."""
_UNITS = "({number}::int8 << 32) + {{}}::int8 = ANY ($1)"
_PARAMETERS = (*CLASSES, "tables", "composites")
_SOME: Mapping[str, str] = {name: f"{{}} = ANY (${number})" for number, name in enumerate(_PARAMETERS, 1)} | {
    "types": "({} = ANY ($2) OR {} IN (SELECT c.reltype FROM pg_class AS c WHERE c.oid = ANY ($8)))",
    "unread": "NOT {} = ANY ($7)",
    "every_type": "pg_type",
    **{f"class{number}": _UNITS.format(number=number) for number in range(_FIRST, _FIRST + len(RARE))},
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
    rare: str
    """The units of the rarer kinds, as the statements that read them take them."""

    @classmethod
    def of(cls, units: Mapping[int, int]) -> Scope:
        """Return the scope of some units, each with its bits."""
        oids: dict[str, list[int]] = {name: [] for name in _PARAMETERS}
        rare: list[int] = []
        for unit, has in units.items():
            kind, oid = unit >> 32, unit & 0xFFFFFFFF
            if kind >= _FIRST:
                rare.append(unit)
                continue
            oids["composites" if kind == 0 and has & TYPE else CLASSES[kind]].append(oid)
            if has & TABLE:
                oids["tables"].append(oid)
        return cls(tuple(map(_array, oids.values())), _array(rare))

    def ask(self, name: str, version: int) -> Prepared:
        """Return a statement about these units, for a release."""
        filled = _filled(name, version, _SOME)
        if name in RARE or name == "rare_grant":
            return Prepared(name, filled, ("int8[]",), (self.rare,))
        return Prepared(name, filled, ("oid[]",) * len(_PARAMETERS), self.arguments)


def _array(numbers: Iterable[int]) -> str:
    return "'{" + ",".join(map(str, numbers)) + "}'"


def _filled(name: str, version: int, conditions: Mapping[str, str]) -> str:
    filled = _LINE.sub(lambda found: found[1] if version >= int(found[2]) * 10000 else "", text(name))
    for token, (since, newer, older) in _RELEASES.items():
        filled = filled.replace(token, newer if version >= since else older)
    return _TOKEN.sub(lambda found: conditions[found[1]].replace("{}", found[2] or ""), filled)


def needed(has: int) -> tuple[str, ...]:
    """Return the names of the statements that read what the bits say, in order."""
    wanted = {name for bit, names in NEEDS.items() if has & bit for name in names}
    return tuple(name for name in ORDER if name in wanted)
