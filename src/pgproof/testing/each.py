"""The decorators of a check: its record, what it is parametrised by, and what it needs."""

from __future__ import annotations

from typing import Literal, get_args

import pytest

from pgproof.finding import Check, Kind
from pgproof.registry import MARK

EACH = "pgproof_each"
NEEDS = "pgproof_needs"
SUBJECT = "pgproof_subject"
NOTHING = "pgproof_nothing"

KINDS: tuple[Kind, ...] = get_args(Kind)

Need = Literal["downs", "contract", "row bounds"]

MARKS = (
    f"{MARK}(record): a check of pgproof, with its record",
    f"{EACH}(kind): parametrised by the migrations or the catalog objects of the history",
    f"{NEEDS}(what): has no meaning for a tool that has none of it",
    f"{SUBJECT}(kind, name): what an item of a check is about; set by pgproof",
    f"{NOTHING}(reason): stands where there is nothing to look at; set by pgproof",
)


def each(kind: Kind) -> pytest.MarkDecorator:
    """Parametrise a check by the subjects of one kind; the check takes the argument of that name."""
    return pytest.mark.pgproof_each(kind)


def check(record: Check) -> pytest.MarkDecorator:
    """Give a function its record."""
    return pytest.mark.pgproof_check(record)


def needs(what: Need) -> pytest.MarkDecorator:
    """Say what a check has no meaning without; where that is missing there is one item that says so.

    ``downs``: of the tool. ``contract``: the schema part of contract.toml, ``row bounds``: its bounds; then what the
    contract names are the subjects, and the check gets an ``Agreed`` (``RowBounds``) instead of a catalog object.
    """
    return pytest.mark.pgproof_needs(what)
