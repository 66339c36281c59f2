"""Values of the types that are no arrays, ranges, composites or domains, as the text that their input takes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LONGEST = 300
"""A text without a limit is once this long: beyond varchar(255), to which such columns are often narrowed."""
TOPS = {"int2": 32_767, "int4": 2_147_483_647, "int8": 9_223_372_036_854_775_807}
START = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place that takes one value a row: a column, an element, an attribute."""

    label: str
    """What marks its texts, beside pgproof's name; empty for a key, so that other tables can foretell it."""
    modifier: int = -1
    floor: int = 100_001
    """The number of row 0, for keys."""
    shift: int = 0
    """Keeps columns of one type apart, so that setting one to another changes it."""
    is_key: bool = False
    default: str = ""

    @property
    def width(self) -> int | None:
        """The characters that varchar(n), char(n), bit(n) allow; None without a limit."""
        return self.modifier - 4 if self.modifier > 4 else None  # noqa: PLR2004 - the length word of a varlena


Series = Callable[[int, Slot], str]


def number_floor(top: int, wanted: int, bottom: int = 1) -> int:
    """Return where a dense block of keys starts: as wanted, or in the upper half of a range too small for that."""
    return wanted if wanted + 10_000 <= top else bottom + (top - bottom) // 2 + 1


def base36(number: int) -> str:
    """Return a number in digits and lower-case letters."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"


def text(n: int, slot: Slot) -> str:
    """Return a marked text, shortened to what fits; distinct as long as the width allows."""
    number = slot.floor + n
    label = f"{slot.label[:30]} " if slot.label and not slot.is_key else ""
    width = slot.width
    longest = f"pgproof {label}{number}"
    if width is None or len(longest) <= width:
        return longest
    for candidate in (f"pgproof {number}", f"p{number}", str(number)):
        if len(candidate) <= width:
            return candidate
    return base36(n).rjust(width, "0")[-width:]


def text_edges(slot: Slot) -> tuple[str, ...]:
    """Return texts with quotes and other letters, and one as long as it may be."""
    strange = f"pgproof {slot.label[:30]} naïve 'a' \"b\" %s \\ {slot.floor}"
    width = min(slot.width or LONGEST, 2_000)
    full = f"pgproof {slot.label[:30]} ".ljust(width, "x")[:width]
    return (strange, full) if slot.width is None or len(strange) <= slot.width else (full,)


def integer(n: int, slot: Slot) -> str:
    """Return a key of the dense block, or a small positive number."""
    return str(slot.floor + n if slot.is_key else n + 1 + slot.shift)


def numeric(n: int, slot: Slot) -> str:
    """Return a number that fits a numeric with this precision and scale."""
    if slot.modifier < 0:
        return str(slot.floor + n) if slot.is_key else f"{n + 1 + slot.shift}.50"
    precision, scale = precision_and_scale(slot.modifier)
    whole = n + 1 + slot.shift
    if slot.is_key:
        top = 10 ** max(precision - scale, 1) - 1
        whole = number_floor(top, slot.floor) + n
    units = whole * 10**scale + n % 10**scale if 0 < scale < precision else whole
    return fixed(units % 10**precision, scale)


def numeric_edges(slot: Slot) -> tuple[str, ...]:
    """Return zero, and nearly as much as fits: room is left for a migration that adds to it."""
    if slot.modifier < 0:
        return ("0", "12345678901234567890.123456789")
    precision, scale = precision_and_scale(slot.modifier)
    return ("0", fixed(9 * 10**precision // 10 - 1, scale))


def precision_and_scale(modifier: int) -> tuple[int, int]:
    """Return what a numeric's type modifier says; the scale may be negative (15 and later)."""
    packed = modifier - 4
    return packed >> 16 & 0xFFFF, (packed & 0x7FF ^ 1024) - 1024


def fixed(units: int, scale: int) -> str:
    """Return units times ten to the power of minus scale, without an exponent."""
    return format(Decimal(units).scaleb(-scale), "f")


def uuid(n: int, slot: Slot) -> str:
    """Return a version 4 UUID that starts with ``pgproo`` and ends in the row's number."""
    mark = "4666" if slot.is_key else f"4{zlib.crc32(slot.label.encode()) & 0xFFF:03x}"
    return f"70677072-6f6f-{mark}-8000-{slot.floor + n:012d}"


def moment(n: int, slot: Slot) -> datetime:
    """Return a time, a day and some for each row, later in later columns of one row."""
    return START + timedelta(days=n, hours=n % 24, seconds=61 * (slot.shift + 1), milliseconds=250 * (n % 4))


def timestamp(n: int, slot: Slot) -> str:
    """Return a time in UTC."""
    return moment(n, slot).isoformat(sep=" ")


def day(n: int, slot: Slot) -> str:
    """Return a date."""
    return (START + timedelta(days=n + slot.shift)).date().isoformat()


def time(n: int, slot: Slot) -> str:
    """Return a time of the day."""
    return moment(n, slot).time().isoformat()


def boolean(n: int, slot: Slot) -> str:
    """Return both in turn."""
    return "ft"[(n + slot.shift) % 2]


def document(n: int, slot: Slot) -> str:
    """Return an object, or an array where the default is one."""
    if "[" in slot.default:
        return f'["pgproof", {slot.floor + n}]'
    return f'{{"pgproof": {slot.floor + n}, "list": [1, 2], "text": "{n}", "none": null}}'


def document_edges(slot: Slot) -> tuple[str, ...]:
    """Return an empty document."""
    return ("[]",) if "[" in slot.default else ("{}",)


def bits(n: int, slot: Slot) -> str:
    """Return the row's number in bits; bit without a width is bit(1), varbit takes any."""
    width = slot.modifier if slot.modifier > 0 else 8
    return format((n + 1) % 2 ** min(width, 60), "b").rjust(width, "0")[-width:]


def points(count: int, form: str) -> Series:
    """Return a geometric value of so many coordinates."""
    return lambda n, _slot: form.format(*(n + 1 + i for i in range(count)))


def formed(form: str) -> Series:
    """Return a series from a form with ``n`` (the row), ``k`` (its number) and ``b`` (a byte) in it."""
    return lambda n, slot: form.format(n=n, k=slot.floor + n, b=n % 256, h=(n >> 8) % 256, label=slot.label)


def turn(*values: str) -> Series:
    """Return these in turn."""
    return lambda n, slot: values[(n + slot.shift) % len(values)]


def _always(*edges: str) -> Callable[[Slot], tuple[str, ...]]:
    return lambda _slot: edges


NUMBERS = frozenset({"int2", "int4", "int8"})
TEXTS = frozenset({"text", "varchar", "bpchar", "citext", "name", "char"})
TIMES = frozenset({"date", "timestamp", "timestamptz"})

SERIES: Mapping[str, Series] = {
    "int2": integer, "int4": integer, "int8": integer, "oid": integer, "xid": integer, "xid8": integer,
    "cid": integer, "numeric": numeric, "float4": formed("{n}.25"), "float8": formed("{n}.1"),
    "money": formed("{n}.50"), "bool": boolean, "text": text, "varchar": text, "bpchar": text, "citext": text,
    "refcursor": text, "name": lambda n, slot: f"pgproof {slot.floor + n}", "char": lambda n, _slot: DIGITS[n % 36],
    "uuid": uuid, "bytea": lambda n, slot: "\\x" + text(n, slot).encode().hex(),
    "date": day, "timestamp": timestamp, "timestamptz": timestamp, "time": time,
    "timetz": lambda n, slot: time(n, slot) + "+09", "interval": formed("{n} days 02:03:04.5"),
    "json": document, "jsonb": document, "jsonpath": formed("$.pgproof[{n}]"), "xml": formed('<pgproof n="{k}"/>'),
    "inet": formed("10.1.{h}.{b}"), "cidr": formed("10.{h}.{b}.0/24"), "macaddr": formed("08:00:2b:01:{h:02x}:{b:02x}"),
    "macaddr8": formed("08:00:2b:01:02:03:{h:02x}:{b:02x}"), "bit": bits, "varbit": bits,
    "point": points(2, "({},{})"), "line": points(3, "{{{},{},{}}}"), "lseg": points(4, "[({},{}),({},{})]"),
    "box": points(4, "({2},{3}),({0},{1})"), "path": points(4, "[({},{}),({},{})]"),
    "polygon": points(6, "(({},{}),({},{}),({},{}))"), "circle": points(3, "<({},{}),{}>"),
    "tsvector": formed("'pgproof':1 '{k}':2"), "tsquery": formed("'pgproof' & '{k}'"),
    "pg_lsn": formed("16/{n:X}"), "tid": formed("({n},1)"), "txid_snapshot": formed("{k}:{k}:"),
    "pg_snapshot": formed("{k}:{k}:"), "int2vector": formed("1 {b}"), "oidvector": formed("1 {k}"),
    "regclass": turn("pg_catalog.pg_class", "pg_catalog.pg_type"), "regtype": turn("integer", "text"),
    "regproc": turn("pg_catalog.pi", "pg_catalog.version"),
    "regprocedure": turn("pg_catalog.abs(integer)", "pg_catalog.lower(text)"),
    "regoper": turn("pg_catalog.||/", "pg_catalog.|/"),
    "regoperator": turn("pg_catalog.+(integer,integer)", "pg_catalog.-(integer,integer)"),
    "regrole": turn("pg_monitor", "pg_read_all_stats"), "regnamespace": turn("pg_catalog", "information_schema"),
    "regcollation": turn('pg_catalog."C"', 'pg_catalog."POSIX"'), "regconfig": turn("pg_catalog.simple"),
    "regdictionary": turn("pg_catalog.simple"), "aclitem": turn("=r/pg_monitor", "pg_monitor=r/pg_monitor"),
    "hstore": formed("pgproof=>{k}"), "ltree": formed("pgproof.n{k}"), "lquery": formed("pgproof.*"),
    "ltxtquery": formed("pgproof"), "cube": points(2, "({},{})"), "seg": formed("{n}"), "lo": integer,
    "vector": lambda n, slot: "[" + ",".join(str((n + i) % 7 + 1) for i in range(max(slot.modifier, 3))) + "]",
    "halfvec": lambda n, slot: "[" + ",".join(str((n + i) % 7 + 1) for i in range(max(slot.modifier, 3))) + "]",
    "sparsevec": lambda n, slot: f"{{1:{n + 1}}}/{max(slot.modifier, 3)}",
}  # fmt: skip

EDGES: Mapping[str, Callable[[Slot], tuple[str, ...]]] = {
    "text": text_edges, "varchar": text_edges, "bpchar": text_edges, "citext": text_edges,
    "numeric": numeric_edges, "json": document_edges, "jsonb": document_edges,
    **{
        name: _always(*edges)
        for name, edges in {
            "int2": ("0", "32700"), "int4": ("0", "2147483000"), "int8": ("0", "9223372036854775000"),
            "float4": ("0", "16777217"), "float8": ("0", "1e15", "0.30000000000000004"),
            "money": ("0", "90000000000.99"),
            "date": ("2024-02-29", "1970-01-01", "2099-12-31"),
            "timestamp": ("2024-02-29 23:59:59.999999", "1970-01-01 00:00:00", "2099-12-31 23:59:59.999999"),
            "timestamptz": ("2024-02-29 23:59:59.999999+00", "1970-01-01 00:00:00+00", "2099-12-31 23:59:59.999999+00"),
            "time": ("00:00:00", "23:59:59.999999"), "interval": ("0", "1 mon", "30 days", "-1 days"),
            "bytea": ("\\x", "\\x00ff"), "inet": ("::1/128", "192.168.1.5/24"),
        }.items()
    },
}  # fmt: skip
"""Values at the ends of a type. Counters keep room for one more: a migration may add one to the greatest; nothing is
negative, because a later CHECK (x >= 0) is healthy."""
