"""pgproof's own selection: levels that are off, --check, --subject."""

from __future__ import annotations

import pytest

from pgproof.errors import UsageFault, did_you_mean
from pgproof.finding import Level
from pgproof.profile import Profile
from pgproof.testing.items import Judged


def deselect(config: pytest.Config, items: list[pytest.Item], profile: Profile) -> None:
    """Take out of ``items`` what is not selected, and tell pytest."""
    kept = [item for item in items if _is_selected(item, profile)]
    if len(kept) < len(items):
        chosen = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = kept


def demand_subjects(asked: tuple[str, ...], known: frozenset[str]) -> None:
    """Raise UsageFault for a subject that the history does not have."""
    for name in asked:
        if name not in known:
            raise UsageFault(
                f"--subject: nothing is called '{name}'.{did_you_mean(name, known)}",
                'Give the exact name: a migration\'s version, or a qualified name such as public."Order Items".',
            )


def _is_selected(item: pytest.Item, profile: Profile) -> bool:
    settings = profile.settings
    judged = Judged.of(item)
    if judged is None:
        return not (settings.checks or settings.subjects)
    if profile.level(judged.check) is Level.OFF:
        return False
    if settings.checks and judged.check.id not in settings.checks:
        return False
    return not settings.subjects or judged.subject in settings.subjects
