"""Grants as lines of the blocks of what they are on."""

from __future__ import annotations

from collections.abc import Mapping

from pgproof.catalog.model import Grant

MIGRATOR = "CURRENT_USER"
"""What the role that migrates is called: each run may have another."""
_WAYS = (" to ", " from ")

Place = tuple[tuple[str, str], str]
"""The key of a block, and what of its object is meant; nothing where it is the object itself."""


def placed(grant: Grant, places: Mapping[str, Place], migrator: str) -> tuple[Place, str] | None:
    """Return what a grant is on and to whom; None where that has no block (default privileges).

    ``places`` gives the place of an object by its kind and identity, as a grant names it: ``column public.t.c``.
    """
    for way in _WAYS:
        start = grant.identity.find(way)
        while start >= 0:  # each name may hold the word between them
            if grant.identity[:start] in places:
                grantee = grant.identity[start + len(way) :]
                return places[grant.identity[:start]], MIGRATOR if grantee in spelt(migrator) else grantee
            start = grant.identity.find(way, start + 1)
    return None


def whole_name(grant: Grant, migrator: str) -> str:
    """Return the name of a grant without the role whose objects it is about, where that is the one that migrates."""
    name = grant.identity
    for role in spelt(migrator):
        for way in ("in", "to", "from"):
            name = name.replace(f" default of {role} {way} ", f" default {way} ", 1)
        end = f" {role}"
        name = f"{name.removesuffix(end)} {MIGRATOR}" if name.endswith(end) else name
    return name


def spelt(role: str) -> tuple[str, str]:
    """Return how SQL may write the name of a role: bare, and in quotes."""
    return role, '"' + role.replace('"', '""') + '"'
