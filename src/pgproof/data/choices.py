"""Which values each column may hold by itself: what its own CHECKs and domains take in, as the server judges them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from pgproof.data.facts import ColumnFacts, TypeFacts, Types
from pgproof.data.judge import Judge, Question
from pgproof.data.scalars import NUMBERS, Slot
from pgproof.data.tiers import Wish, followed, further, ground_values, nearest
from pgproof.data.values import Values

MOST = 2_000
"""Candidates for one column."""
EARLY = 6
"""Values that a CHECK names and that come among the first rows, because they are its boundaries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What one column may hold."""

    values: Values
    """Row number → value; the same for the same number."""
    extras: tuple[str, ...] = ()
    """Other values worth trying where several columns must agree."""
    may_be_null: bool = True
    is_distinct: bool = False
    """Whether each row must have its own."""

    def mixed(self, n: int, random: Random) -> str:
        """Return a value for a row in which columns are to meet in new ways."""
        if self.is_distinct:
            return self.values(n)
        if self.extras and random.random() < 0.5:  # noqa: PLR2004 - as often as not
            return random.choice(self.extras)
        return self.values(random.randrange(n + 40))


def choose(wishes: Sequence[Wish], types: Types, judge: Judge) -> dict[tuple[str, str], Choices | None]:
    """Return the choices by table and column; None where no value is known or none passes."""
    _learn_domains(types, judge)
    found: dict[tuple[str, str], Choices | None] = {}
    asked: list[Wish] = []
    for wish in wishes:
        made = ground_values(wish, types)
        if made is None or wish.checks or any(d.checks for d in types.domains(wish.column.type)):
            asked.append(wish)
        else:
            found[wish.table, wish.column.name] = _free(wish, made, types)
    for wish, tried in zip(asked, _tried(asked, types, judge), strict=True):
        found[wish.table, wish.column.name] = _judged(wish, tried, types)
    return found


@dataclass(slots=True)
class _Tried:
    """The candidates for one column, tier by tier, and those that passed."""

    tiers: list[tuple[str, ...]]
    passed: frozenset[str | None]

    def left(self) -> list[list[str]]:
        return [[c for c in tier if c in self.passed] for tier in self.tiers]


def _tried(wishes: Sequence[Wish], types: Types, judge: Judge) -> list[_Tried]:
    """Try the nearest candidates of each wish and, where too few pass, the further ones."""
    tried = [nearest(wish, types) for wish in wishes]
    passed = judge.passed([_question(w, _candidates(t)) for w, t in zip(wishes, tried, strict=True)])
    found = [_Tried(t, p) for t, p in zip(tried, passed, strict=True)]
    short = [(w, f) for w, f in zip(wishes, found, strict=True) if sum(map(len, f.left())) < _wanted(w)]
    for wish, one in short:
        one.tiers = [*one.tiers, *further(wish, types)]
    again = judge.passed([_question(w, _candidates(f.tiers, but=_candidates(f.tiers[:2]))) for w, f in short])
    for (_, one), those in zip(short, again, strict=True):
        one.passed |= those
    return found


def _wanted(wish: Wish) -> int:
    return wish.count if wish.is_distinct else 2


def _candidates(tried: Sequence[tuple[str, ...]], but: Collection[str] = ()) -> tuple[str, ...]:
    known = set(but)
    return tuple(c for c in [*dict.fromkeys(c for tier in tried for c in tier)][:MOST] if c not in known)


def _question(wish: Wish, candidates: tuple[str, ...]) -> Question:
    return Question(table=wish.alias, column=wish.column, candidates=candidates, checks=wish.checks)


def _learn_domains(types: Types, judge: Judge) -> None:
    """Find what may stand for domains inside arrays, composites and ranges, the oldest domains first."""
    nested = {t.element for t in types.values()} | {a.type for t in types.values() for a in t.attributes}
    nested |= {t.subtype for t in types.values() if t.subtype}
    for oid in sorted(nested & types.keys() - types.inner.keys()):
        if any(d.checks for d in types.domains(oid)):
            wish = Wish(table="", alias="pgproof", column=column_of(types[oid]), slot=Slot(label=types[oid].name))
            question = _question(wish, _candidates([*nearest(wish, types), *further(wish, types)]))
            [passed] = judge.passed([question])
            types.inner[oid] = tuple(c for c in question.candidates if c in passed)
            types.made.clear()  # what was made of it before holds others


def column_of(found: TypeFacts) -> ColumnFacts:
    """Return a column of a type that belongs to no table."""
    return ColumnFacts(number=1, name="value", quoted="value", type=found.oid, sql=found.sql)


def _may_be_null(wish: Wish, types: Types) -> bool:
    return not wish.column.is_required and not types.is_required(wish.column.type)


def _free(wish: Wish, made: Values, types: Types) -> Choices:
    """Return the choices of a column about which no CHECK decides alone."""
    ground, _ = types.ground(wish.column.type, wish.column.modifier)
    extras: tuple[str, ...] = ()
    if wish.hints:
        extras = followed(wish.hints, ground, wish)
        if ground.name in NUMBERS and not wish.slot.is_key:
            extras += ("0", "1", "2", "3")
        extras += ground.labels
    return Choices(
        values=made, extras=extras[:MOST], may_be_null=_may_be_null(wish, types), is_distinct=wish.is_distinct
    )


def _judged(wish: Wish, tried: _Tried, types: Types) -> Choices | None:
    """Return the choices among the candidates that passed: the earlier tiers, as many as are needed."""
    series, *others = tried.left()
    wanted = _wanted(wish)
    more: list[str] = []
    for tier in others:
        if len(series) + len(more) < wanted or tier is others[0]:
            more += tier
    if wish.is_distinct or wish.slot.is_key:
        pool = list(dict.fromkeys(series + more))
    else:
        pool = list(dict.fromkeys(series[:1] + more[:EARLY] + series[1:] + more[EARLY:]))
    if not pool:
        return None
    return Choices(
        values=lambda n: pool[(n - wish.first) % len(pool)],
        extras=tuple(pool),
        may_be_null=None in tried.passed and _may_be_null(wish, types),
        is_distinct=wish.is_distinct and len(pool) >= wish.count,
    )
