"""What migration tools do with a history that is no longer the one which they have applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """Each a sentence without a full stop."""

    late: str = (
        "a tool that applies whatever is pending runs it late on a database that is up to date, and in its place on a "
        "new one"
    )
    """About a migration that sorts before one that is applied; empty where its place in the order means nothing."""
    edited: str = "databases on which it is applied never get the edit, and new ones never had the old content"
    """About one that is applied and has another content now."""
    removed: str = "databases on which it is applied keep what it did, and new ones do not get it"
    """About one that is applied and is no longer there."""


_GENERIC = Manners()
_OF: Mapping[str, Manners] = {
    "dbmate": Manners(
        late="dbmate applies it late, silently, on a database that is up to date; with --strict it refuses",
        removed="dbmate cannot roll it back any more where it is applied, and new databases do not get it",
    ),
    "diesel": Manners(
        late="Diesel applies it silently: late on a database that is up to date, and in its place on a new one",
        removed="Diesel cannot revert it any more where it is applied, and new databases do not get it",
    ),
    "flyway": Manners(
        late="Flyway refuses to migrate a database that is up to date, or, with outOfOrder=true, applies it late",
        edited="Flyway refuses to migrate a database on which it is applied: the checksum does not match",
        removed="Flyway refuses to migrate a database on which it is applied: it is not resolved locally",
    ),
    "golang-migrate": Manners(
        late="golang-migrate looks above the recorded version, and never applies it to a database that is up to date",
        removed="golang-migrate stops on a database whose recorded version it is, and new ones do not get it",
    ),
    "goose": Manners(
        late="goose refuses to migrate a database that is up to date, or, with -allow-missing, applies it late",
        removed="goose cannot undo it any more where it is applied, and new databases do not get it",
    ),
    "pop": Manners(late="pop applies it silently: late on a database that is up to date, in its place on a new one"),
    "popx": Manners(late="popx applies it silently: late on a database that is up to date, in its place on a new one"),
    "prisma": Manners(
        late="Prisma's deploy applies it silently, late, and its dev asks to reset the database",
        edited="Prisma's deploy warns and goes on without the edit, and its dev asks to reset the database",
        removed="Prisma's deploy goes on without a word, and its dev asks to reset the database",
    ),
    "sea-orm": Manners(
        late="SeaORM applies it silently: late on a database that is up to date, and in its place on a new one",
        removed="SeaORM stops on a database on which it is applied: the migration file is missing",
    ),
    "sourcegraph": Manners(late=""),
    "sqlx": Manners(
        late="sqlx applies it silently: late on a database that is up to date, and in its place on a new one",
        edited="sqlx refuses to migrate a database on which it is applied: it has been modified",
        removed="sqlx refuses to migrate a database on which it is applied: it is missing",
    ),
}


def manners(layout: str) -> Manners:
    """Return what the own tool of a layout does; what most do where it has none."""
    return _OF.get(layout, _GENERIC)
