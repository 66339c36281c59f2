"""What the text of a CHECK betrays about the values that it takes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from pgproof.data.patterns import sample, sample_like
from pgproof.data.scalars import base36

LITERAL = re.compile(r"(?P<operator>!?~~?\*?)?\s*(?P<escaped>\b[eE])?'(?P<text>(?:[^']|'')*)'")
NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?![\w.])")
WHOLE = re.compile(r"-?\d+(?:\.\d+)?")
MOST = 24
"""Constants of one kind that are followed up."""


@dataclass(frozen=True, slots=True)
class Constants:
    """The literals of an expression, in order, without repeats."""

    texts: tuple[str, ...]
    numbers: tuple[Decimal, ...]
    patterns: tuple[str, ...]
    """Right of ``~``."""
    likes: tuple[str, ...]
    """Right of ``LIKE``."""


def constants(expressions: Iterable[str]) -> Constants:
    """Return what pg_get_expr's text holds in literals."""
    texts: list[str] = []
    numbers: list[Decimal] = []
    patterns: list[str] = []
    likes: list[str] = []
    for expression in expressions:
        for match in LITERAL.finditer(expression):
            literal = match["text"].replace("''", "'")
            if match["escaped"]:
                literal = literal.replace("\\\\", "\\")
            operator = (match["operator"] or "").lstrip("!").rstrip("*")
            {"~": patterns, "~~": likes}.get(operator, texts).append(literal)
        numbers += [Decimal(n) for n in NUMBER.findall(LITERAL.sub(" ", expression))]
    for literal in list(texts):
        if WHOLE.fullmatch(literal):
            numbers.append(Decimal(literal))
        elif literal.startswith("{") and literal.endswith("}"):
            texts += [part.strip('"') for part in literal[1:-1].split(",")]
    return Constants(_once(texts), _once(numbers), _once(patterns), _once(likes))


def _once(found: list[str] | list[Decimal]) -> tuple:  # type: ignore[type-arg] # of what it was given
    return tuple(dict.fromkeys(found))[:MOST]


def near_numbers(numbers: tuple[Decimal, ...], count: int) -> Iterator[str]:
    """Yield numbers at, beside, between and beyond the given ones."""
    ordered = sorted(numbers)
    for number in ordered:
        yield from (_plain(number + step) for step in (0, 1, -1))
    for low, high in pairwise(ordered):
        middle = (low + high) / 2
        yield _plain(middle)
        yield from (_plain(middle.to_integral_value() + step) for step in range(min(count, int(high - low) // 2 + 1)))
    for number in ordered:
        whole = number.to_integral_value()
        yield from (_plain(whole + step) for step in range(2, count))
        yield from (_plain(whole - step) for step in range(2, count))
        yield from (_plain(number + step) for step in (Decimal("0.5"), Decimal("0.01"), Decimal("-0.01")))


def _plain(number: Decimal) -> str:
    try:
        return format(number.normalize() if number == number.to_integral_value() else number, "f")
    except InvalidOperation:
        return str(number)


def near_times(texts: tuple[str, ...], count: int) -> Iterator[str]:
    """Yield days and hours at and after the given dates and times, and the day before."""
    for literal in texts:
        try:
            start = datetime.fromisoformat(literal)
        except ValueError:
            continue
        yield literal
        form = "%Y-%m-%d" if len(literal) <= len("2024-01-01") else None
        steps = [timedelta(days=n) for n in range(-1, count)]
        if form is None:
            steps += [timedelta(minutes=n) for n in range(1, count)]
        yield from (_shown(start, step, form) for step in steps)


def _shown(start: datetime, step: timedelta, form: str | None) -> str:
    try:
        moved = start + step
    except OverflowError:
        moved = start
    return moved.strftime(form) if form else moved.isoformat(sep=" ")


def of_lengths(numbers: tuple[Decimal, ...], rows: range) -> Iterator[str]:
    """Yield texts as long as the given numbers and one off: words, letters, capitals, digits."""
    lengths = sorted({int(n) + step for n in numbers if 0 < n <= 500 for step in (0, -1, 1)} - {0})  # noqa: PLR2004
    for n in rows:
        for length in lengths[:12]:
            word, digits = base36(n), str(n)
            yield f"pgproof {n} ".ljust(length, "x")[:length]
            yield word.rjust(length, "a")[-length:]
            yield word.upper().rjust(length, "A")[-length:]
            yield digits.rjust(length, "1")[-length:]


def of_patterns(found: Constants, rows: range) -> Iterator[str]:
    """Yield texts that the patterns take in."""
    for n in rows:
        yield from (text for pattern in found.patterns if (text := sample(pattern, n)) is not None)
        yield from (sample_like(pattern, n) for pattern in found.likes)


STOCK = (
    "pgproof{n}", "pgproof-{n}", "pgproof_{n}", "PGPROOF{n}", "PGPROOF_{n}", "Pgproof {n}", "pgproof{n}@example.com",
    "https://pgproof{n}.example.com/", "pgproof{n}.example.com", "/pgproof/{n}", "s3://pgproof/{n}", "{k}", "{n}",
    "+8190{k:08d}", "#{n:06x}", "{n:032x}", "{n:040x}", "{n:064x}", "70677072-6f6f-4666-8000-{k:012d}",
    "1.{n}.0", "v1.{n}.0", "10.1.0.{b}", "[{n}]", '{{"pgproof": {n}}}', '"pgproof {n}"',
)  # fmt: skip
"""Forms that CHECKs often ask for."""
WORDS = (
    "US", "JP", "DE", "FR", "GB", "USD", "JPY", "EUR", "en", "ja", "de", "en-US", "ja-JP", "UTC", "Asia/Tokyo",
    "2024-01-01", "2024-01-01T00:00:00Z", "12:00", "09:30:00", "Y", "N", "yes", "no", "true", "false", "t", "f",
    "0", "1", "a", "A", "M", "F", "", "{}", "[]", "null",
)  # fmt: skip


def stock(rows: range, floor: int) -> Iterator[str]:
    """Yield texts of common forms."""
    for n in rows:
        yield from (form.format(n=n, k=floor + n, b=n % 250) for form in STOCK)
    yield from WORDS


STRANGE = (
    "({n},1)", "[{n},1,1]", "{n}", "1.{n}.0", "POINT({n} 1)", "SRID=4326;POINT({n} 1)", "{{1:{n}}}/3", "pgproof{n}",
    "978039304002{c}", "{n} .. {m}", "{k}",
)  # fmt: skip
"""Forms that types of extensions ask for."""


def of_strange_types(rows: range) -> Iterator[str]:
    """Yield what the input of a type that is not known here may take."""
    for n in rows:
        yield from (form.format(n=n, m=n + 1, k=100_001 + n, c=n % 10) for form in STRANGE)
