"""マイグレーションは段階的に適用; 冪等性の確保: the tool's own `up`, once more, and in one go."""

from __future__ import annotations

from pgproof import Check, Finding, History, Looked, NotApplicable, NotReached, Preview, check, each

from .levels import REPAIR, SHIPPING
from .recording import kept_recorded
from .rows_undone import moved
from .wording import changes, listed, refused

SECOND_UP_CHANGES_NOTHING = Check(
    id="second-up-changes-nothing",
    claim="The tool's `up` on an up-to-date database changes neither schema, rows nor history.",
    effect="Every restart of a deployment, and every pod that runs `up` at its start, changes production once more.",
    remedy="Leave the history table to the tool: a migration that clears it, or writes to it, is applied again.",
    runbook="運用の基本原則: 冪等性の確保",
    levels=SHIPPING,
    also=("history-is-recorded",),
)


@each("history")
@check(SECOND_UP_CHANGES_NOTHING)
def test_second_up_changes_nothing(history: History, preview: Preview, looked: Looked) -> None:
    """The second `up` finds nothing to do: deployments run it again and again."""
    if preview.all_at_once is not None:
        raise NotReached(f"the first one fails: {preview.all_at_once.message}")
    second = preview.second_up
    if second is None:
        raise NotReached("the first one did not reach its end")
    if second.failure is not None:
        raise Finding("`up` fails on a database that it has just brought up to date", showed=refused(second.failure))
    rows = [line for change in second.difference.rows for line in moved(change)]
    found = [*changes(second.difference.schema_counts), *rows, *kept_recorded(second.recorded_before, second.recorded)]
    if found:
        raise Finding("`up` changes a database that it has just brought up to date", showed=listed(found, 12))
    looked.at(len(history.migrations))


DEPLOY_MODES_AGREE = Check(
    id="deploy-modes-agree",
    claim="All at once, one at a time, and from the previous release the migrations end in the same schema.",
    effect="A new region, set up in one go, has another schema than production, which grew release by release.",
    remedy="Let each migration say what it rests on: SET LOCAL instead of SET, schema-qualified names, no temporary "
    "tables for the next one; and add an enum label in an earlier migration than the one that uses it.",
    runbook="運用の基本原則: マイグレーションは段階的に適用し、各段階で検証",
    levels=REPAIR,
)


@each("history")
@check(DEPLOY_MODES_AGREE)
def test_deploy_modes_agree(history: History, preview: Preview, looked: Looked) -> None:
    """However it is deployed, the schema is one: what leaks from one migration to the next is found nowhere else."""
    for version in preview.on_empty:
        raise NotReached(f"{version} does not apply, one at a time: see migration-applies")
    if preview.all_at_once is not None:
        raise Finding(f"one at a time they apply, {_way(preview)} they do not", showed=refused(preview.all_at_once))
    if preview.modes_differ:
        raise Finding(f"{_way(preview)} they make another schema", showed=_sides(_way(preview), preview.modes_differ))
    deployment = preview.deployment
    if deployment is not None and deployment.failure is not None:
        raise Finding(f"{_release(preview)} does not apply in one go", showed=refused(deployment.failure))
    if deployment is not None and deployment.differ:
        sides = _sides("in one go", deployment.differ)
        raise Finding(f"{_release(preview)} makes another schema in one go", showed=sides)
    if not preview.newer:
        raise NotApplicable(f"nothing is newer than {preview.base}")
    looked.at(len(history.migrations) - preview.start)
    if preview.base:
        looked.note(f"compared from {preview.base} on")
    elif deployment is None:
        looked.note(f"all {len(preview.release.versions)} are the release: there is no previous one")


def _way(preview: Preview) -> str:
    return f"in one go from {preview.base}" if preview.base else "all at once"


def _release(preview: Preview) -> str:
    release = preview.release
    return f"the release ({release.versions[0]} to {release.versions[-1]}), behind {release.before},"


def _sides(other: str, differ: tuple[object, ...]) -> list[str]:
    return [f"one at a time → {other}:", *listed([str(change) for change in differ], 10)]
