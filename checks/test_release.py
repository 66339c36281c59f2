"""ロールバック手順: sea-orm-cli migrate down -n 3: the release goes back as it came, in one command."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from pgproof import (
    Check,
    Contract,
    Difference,
    Finding,
    History,
    Looked,
    NotApplicable,
    NotExercised,
    NotReached,
    Release,
    ReleaseRollback,
    Step,
    check,
    each,
)

from .exercise import require_compared
from .levels import SHIPPING
from .undoing import counting, require_sound
from .wording import changes, counted, listed, refused

RELEASE_ROLLS_BACK = Check(
    id="release-rolls-back",
    claim="The downs of the release, in one command, restore the previous release, rows and references included.",
    effect="The rollback stops between two releases, or leaves a database that neither of them was tested with.",
    remedy="Let each down bear the rows that later migrations, or later hours, have left; undo in the reverse order.",
    runbook="段階的ロールバック（マイグレーション単位）: sea-orm-cli migrate down -n 3",  # noqa: RUF001 - the runbook's words
    levels=SHIPPING,
)


@each("release")
@check(RELEASE_ROLLS_BACK)
def test_release_rolls_back(
    *, release: Release, history: History, steps: tuple[Step, ...], release_undone: ReleaseRollback | None,
    contract: Contract, looked: Looked,
) -> None:
    """The release goes back as a whole: a down that works alone may fail over what its successors have left."""
    if not release.versions:
        raise NotApplicable("nothing is newer than the base, so there is no release")
    if not release.before:
        raise NotApplicable(f"{counted(len(release.versions), 'migration')} are the release: there is no previous one")
    if release_undone is None:
        raise NotReached("the downs were not run: the walk did not reach the end")
    of_release = [step for step in steps if step.version in release.versions]
    emptied = {table for step in of_release for table in step.emptied}
    found = list(_left(release_undone, emptied | _dropped(of_release)))
    if found:
        require_sound(of_release, history, contract, stopped=release_undone.stopped)
        where = f": the down of {release_undone.stopped} fails" if release_undone.stopped else ""
        raise Finding(f"the release cannot be rolled back to {release.before}{where}", showed=found)
    if emptied:
        raise NotExercised(f"rows are in its way, so {', '.join(listed(sorted(emptied)))} had to be emptied")
    if release_undone.attempt.difference is not None:
        require_compared(release_undone.attempt.difference)
    looked.at(len(release.versions))
    looked.note(f"undone: {release.versions[-1]} to {release.versions[0]}, back to {release.before}")


def _dropped(steps: Sequence[Step]) -> set[str]:
    """Return the tables whose rows a release takes with them, which no down brings back."""
    dropped: set[str] = set()
    for change in (change for step in reversed(steps) for change in step.change.rows):
        if change.is_dropped or change.renamed_to in dropped:
            dropped.add(change.table)
    return dropped


def _left(undone: ReleaseRollback, excused: Collection[str]) -> Iterator[str]:
    """Yield what is wrong after the downs, one line each; rows of ``excused`` tables aside."""
    attempt = undone.attempt
    if attempt.failure is not None:
        yield from refused(attempt.failure)
    elif attempt.difference is not None:
        yield from changes(counting(attempt.difference.schema))
        if not undone.seeded:  # the team's own rows may have changed others
            yield from listed(list(_missing(attempt.difference, excused)))
        yield from _orphans(undone)


def _missing(left: Difference, excused: Collection[str]) -> Iterator[str]:
    for change in left.rows:
        if change.lost and change.table not in excused:
            yield f"{change.table}: {counted(change.lost, 'row')} of the previous release missing"


def _orphans(undone: ReleaseRollback) -> Iterator[str]:
    before = {orphans.constraint: orphans.count for orphans in undone.orphans_before}
    for orphans in undone.orphans:
        more = orphans.count - before.get(orphans.constraint, 0)
        if more > 0:
            yield f"{orphans.constraint}: {counted(more, 'orphan')} more than before, listed by: {orphans.statement}"
