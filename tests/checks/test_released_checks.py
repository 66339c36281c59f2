"""Released migrations: what is a finding, what is a note, and what the finding says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import made
import pytest

from checks import test_history
from pgproof import Finding, Looked, Released, Releases, Unchanged
from pgproof.released.model import Late

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
RELEASES = Releases(base="main (1a2b3c4)", base_commit="1a2b3c4d5e6f", tip="main (5e6f7a8)")
LOCKED = Releases(lock="pgproof.lock")


def released(**given: Any) -> Released:
    return Released(**{"version": "2", "on_disk": OLD, "file": "migrations/2.sql", **given})


def judged(one: Released | Unchanged, releases: Releases = RELEASES) -> Looked:
    looked = Looked()
    test_history.test_released_is_unchanged(one, replace(made.preview(), releases=releases), looked)
    return looked


def found(one: Released, releases: Releases = RELEASES) -> Finding:
    with pytest.raises(Finding) as raised:
        judged(one, releases)
    return raised.value


def test_what_is_as_it_was_passes_as_one() -> None:
    looked = judged(Unchanged(count=200))
    assert (looked.count, looked.notes) == (200, [])


def test_what_the_lockfile_does_not_name_is_a_note() -> None:
    (note,) = judged(Unchanged(count=200, unlocked=2), LOCKED).notes
    assert note.startswith("2 are not in pgproof.lock")


def test_an_edit_shows_its_lines_and_how_to_take_it_back() -> None:
    finding = found(released(at_base=NEW, lines=("-SELECT 1;", "+SELECT 2;")))
    assert finding.what == "2 was edited after it was released"
    assert finding.showed[:3] == (
        "migrations/2.sql is not what it was at main (1a2b3c4):", "    -SELECT 1;", "    +SELECT 2;",
    )  # fmt: skip
    assert finding.showed[-1] == RELEASES.manners.edited
    assert "git checkout 1a2b3c4d5e6f -- migrations/2.sql" in finding.do
    assert "pgproof lock" not in finding.do


def test_an_edit_of_line_ends_alone_says_so() -> None:
    assert "    only line ends differ" in found(released(at_base=NEW)).showed


def test_a_password_in_the_lines_is_not_shown() -> None:
    lines = ("+CREATE ROLE app PASSWORD 'secret';",)
    assert "secret" not in "".join(found(released(at_base=NEW, lines=lines)).showed)


def test_an_edit_that_the_lockfile_knows_names_both_checksums() -> None:
    finding = found(released(locked=NEW), LOCKED)
    assert finding.showed[:2] == (
        "migrations/2.sql has the checksum sha256:aaaaaaaaaaaa…", "pgproof.lock says sha256:bbbbbbbbbbbb…",
    )  # fmt: skip
    assert "pgproof lock --accept=2" in finding.do
    assert "git checkout" not in finding.do


@pytest.mark.parametrize("locked", ["", OLD])
def test_what_the_lockfile_cannot_accept_has_another_way_out(locked: str) -> None:
    """It would refuse: it does not name the migration, or names it as it is now."""
    finding = found(released(at_base=NEW, locked=locked), LOCKED)
    assert "pgproof lock" not in finding.do
    assert "[[waiver]]" in finding.do


@pytest.mark.parametrize(
    ("renamed_to", "what"), [("", "2 was released, and is gone"), ("7", "2 was released, and was renamed to 7")]
)
def test_what_is_gone_is_named(renamed_to: str, what: str) -> None:
    finding = found(released(on_disk="", at_base=OLD, renamed_to=renamed_to))
    assert finding.what == what
    assert finding.showed[:2] == ("main (1a2b3c4) holds it as migrations/2.sql", RELEASES.manners.removed)
    assert any("to the tool 7 is a new migration" in line for line in finding.showed) == bool(renamed_to)


def test_what_only_the_lockfile_knows_can_be_gone() -> None:
    assert found(released(on_disk="", locked=OLD, file=""), LOCKED).showed[0] == "pgproof.lock names it"


@pytest.mark.parametrize(("on_disk", "how"), [(OLD, "edited"), ("", "taken away")])
def test_what_the_lockfile_accepts_is_a_note(on_disk: str, how: str) -> None:
    looked = judged(released(on_disk=on_disk, at_base=NEW, is_accepted=True), replace(RELEASES, lock="pgproof.lock"))
    assert looked.count == 1
    assert looked.notes == [f"2 was {how} after it was released: pgproof.lock accepts it"]


def test_an_edited_down_is_a_note() -> None:
    assert judged(released(at_base=OLD, is_down_edited=True)).notes == [
        "the down of 2 is not what it was at main (1a2b3c4)"
    ]


def ordered(releases: Releases, **given: Any) -> Looked:
    looked = Looked()
    history = replace(made.history(made.migration()), **given)
    test_history.test_versions_are_ordered(history, replace(made.preview(), releases=releases), looked)
    return looked


def test_a_new_migration_before_a_released_one_is_a_finding() -> None:
    with pytest.raises(Finding, match="before 5, which is released") as raised:
        ordered(replace(RELEASES, late=(Late(version="3", before="5"), Late(version="4", before="5"))))
    assert raised.value.showed == (
        "3 comes before 5, which is on main (5e6f7a8) already", "4 comes before 5, which is on main (5e6f7a8) already",
        RELEASES.manners.late,
    )  # fmt: skip


def test_what_both_branches_have_taken_is_a_finding() -> None:
    with pytest.raises(Finding) as raised:
        ordered(replace(RELEASES, collisions=("version 5 twice",)))
    assert raised.value.showed == ("version 5 twice",)


def test_doubts_that_the_base_has_already_are_notes() -> None:
    releases = replace(RELEASES, known_faults=("version 2 twice",))
    assert ordered(releases, faults=("version 2 twice",)).notes == ["since before main (1a2b3c4): version 2 twice"]
    with pytest.raises(Finding) as raised:
        ordered(releases, faults=("version 2 twice", "version 3 twice"))
    assert raised.value.showed == ("version 3 twice",)
