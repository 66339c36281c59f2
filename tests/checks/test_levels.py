"""The level of each check in each profile: public, so that a change to one of them is made on purpose."""

from __future__ import annotations

import pytest

from pgproof import Check, Level
from pgproof.registry import records

LETTERS = {Level.GATE: "G", Level.ADVICE: "a", Level.OFF: "-"}
RECORDS = records()
AGREED = {
    "migration-applies": "GG-",
    "migration-applies-to-rows": "GG-",
    "history-is-recorded": "GGG",
    "versions-are-ordered": "GGa",
    "released-is-unchanged": "GGG",
    "second-up-changes-nothing": "GG-",
    "deploy-modes-agree": "Ga-",
    "table-matches-contract": "GGG",
    "nothing-undeclared": "GGG",
    "table-has-primary-key": "GGa",
    "constraint-matches-contract": "GGG",
    "constraint-is-validated": "Gaa",
    "constraint-rejects-violations": "GG-",
    "check-can-fail": "GG-",
    "triggers-are-enabled": "GGG",
    "index-matches-contract": "GGG",
    "index-is-valid": "GGG",
    "index-is-not-duplicate": "GGa",
    "index-is-not-redundant": "aaa",
    "unique-index-can-fail": "GG-",
    "foreign-key-is-indexed": "GGa",
    "foreign-key-has-no-orphans": "GGG",
    "foreign-key-types-match": "GGa",
    "reference-has-foreign-key": "aaa",
    "rows-survive": "GG-",
    "row-count-as-expected": "GGG",
    "values-survive": "GG-",
    "type-change-is-lossless": "GG-",
    "sequence-is-ahead": "GGG",
    "sequence-has-room": "GGG",
    "double-apply-succeeds": "Ga-",
    "double-apply-keeps-schema": "GG-",
    "double-apply-keeps-data": "GG-",
    "down-is-written": "GG-",
    "down-runs": "GG-",
    "rollback-restores-schema": "GG-",
    "rollback-restores-data": "GG-",
    "redo-reaches-the-same": "Ga-",
    "release-rolls-back": "GG-",
    "full-rollback-leaves-nothing": "G--",
    "no-scan-under-blocking-lock": "GG-",
    "no-table-rewrite": "GG-",
    "no-long-transaction-lock": "GG-",
    "data-change-is-batched": "aa-",
    "lock-timeout-is-set": "aa-",
    "interrupted-up-recovers": "GG-",
    "two-runners-agree": "Ga-",
    "previous-release-still-works": "aa-",
    "backup-restores-identically": "GG-",
    "older-backup-upgrades": "GG-",
    "no-blocked-sessions": "--G",
    "index-is-used": "--a",
    "large-table-is-not-scanned": "--a",
}
"""In the profiles runbook, adopt and live, those of checks that are still to come included."""


@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_check_has_the_levels_that_were_agreed_on(record: Check) -> None:
    levels = record.levels

    assert "".join(LETTERS[one] for one in (levels.runbook, levels.adopt, levels.live)) == AGREED[record.id]
