"""What a check may ask for. The names of the probes' fixtures tell the walk which probes to make (see ``wanted``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgproof.finding import Looked, NotReached
from pgproof.testing.keys import RUN

if TYPE_CHECKING:
    from pgproof.contract import Contract
    from pgproof.testing.evidence import Evidence
    from pgproof.tool import History, Migration
    from pgproof.walk.evidence import Attempt, End, Preview, ReleaseRollback, Step


@pytest.fixture(scope="session")
def pgproof_evidence(pytestconfig: pytest.Config) -> Evidence:
    """The evidence of this run."""
    run = pytestconfig.stash.get(RUN, None)
    if run is None:
        pytest.fail(
            "This test asks for evidence of pgproof, and pytest was not told which migrations are meant: "
            "add --pgproof-migrations=DIR.",
            pytrace=False,
        )
    return run.evidence


@pytest.fixture(scope="session")
def preview(pgproof_evidence: Evidence) -> Preview:
    """The history on disk, met by an empty database."""
    return pgproof_evidence.preview


@pytest.fixture(scope="session")
def history(preview: Preview) -> History:
    """The migrations on disk, in order."""
    return preview.history


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config, pgproof_evidence: Evidence) -> Contract:  # noqa: ARG001 - provisioned first
    """What the team has declared in contract.toml."""
    return pytestconfig.stash[RUN].contract


@pytest.fixture
def looked() -> Looked:
    """What this check has looked at."""
    return Looked()


@pytest.fixture
def met(migration: Migration, pgproof_evidence: Evidence) -> Step:
    """The step of this migration, whatever came of it."""
    step = pgproof_evidence.step(migration.version)
    if step is None:
        end = pgproof_evidence.end
        raise NotReached(f"{end.stopped} does not apply" if end and end.stopped else "the walk ended earlier")
    return step


@pytest.fixture
def step(met: Step) -> Step:
    """The step of this migration, which applied."""
    if met.on_empty is not None:
        raise NotReached(f"{met.version} does not apply: see migration-applies")
    return met


@pytest.fixture(scope="session")
def steps(pgproof_evidence: Evidence, end: End) -> tuple[Step, ...]:  # noqa: ARG001 - asks for the whole walk
    """Every step that the walk reached."""
    return pgproof_evidence.steps


@pytest.fixture
def applied_again(step: Step) -> Attempt | None:
    """The migration, applied a second time; None where it was not tried."""
    return step.again


@pytest.fixture
def undone(step: Step) -> Attempt | None:
    """The migration's down; None where there was nothing to try."""
    return step.down


@pytest.fixture
def redone(step: Step) -> Attempt | None:
    """Down and up again; None where there was nothing to try."""
    return step.redo


@pytest.fixture(scope="session")
def end(pgproof_evidence: Evidence) -> End:
    """The database at the end of the walk."""
    end = pgproof_evidence.end
    if end is None:
        raise NotReached("the walk did not reach its end")
    return end


@pytest.fixture(scope="session")
def release_undone(end: End) -> ReleaseRollback | None:
    """The downs of the release, newest first; None where they were not tried."""
    return end.release


@pytest.fixture(scope="session")
def rolled_back(end: End) -> Attempt | None:
    """All downs, newest first; None where it was not tried."""
    return end.rollback
