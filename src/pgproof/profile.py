"""What a finding does to the run: levels by profile, overrides, waivers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from pgproof.errors import UsageFault, did_you_mean
from pgproof.finding import Check, Level
from pgproof.settings import Settings, Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The levels and waivers of one run."""

    settings: Settings
    today: date

    def level(self, check: Check) -> Level:
        """Return the level of a check: its override in the settings, else its profile's."""
        level: Level = getattr(check.levels, self.settings.profile)
        return self.settings.levels.get(check.id, level)

    def waiver(self, check: str, subject: str) -> Waiver | None:
        """Return the waiver of a finding that holds today."""
        return next((w for w in self._of(check, subject) if not self.is_expired(w)), None)

    def expired(self, check: str, subject: str) -> Waiver | None:
        """Return the waiver of a finding that held until a day that has passed."""
        return next((w for w in self._of(check, subject) if self.is_expired(w)), None)

    def is_expired(self, waiver: Waiver) -> bool:
        """Return whether the last day of a waiver has passed."""
        return waiver.until is not None and waiver.until < self.today

    def demand_known(self, checks: Collection[str]) -> None:
        """Raise UsageFault where levels, waivers or the selection name a check that there is not."""
        settings = self.settings
        named = [(check, "[levels]") for check in settings.levels]
        named += [(waiver.check, "[[waiver]]") for waiver in settings.waivers]
        named += [(check, "--check") for check in settings.checks]
        for check, place in named:
            if check not in checks:
                raise UsageFault(
                    f"{place}: there is no check '{check}'.{did_you_mean(check, checks)}",
                    "`pgproof checks` lists them all.",
                )

    def _of(self, check: str, subject: str) -> list[Waiver]:
        return [w for w in self.settings.waivers if (w.check, w.subject) == (check, subject)]


def profile_of(settings: Settings, today: date) -> Profile:
    """Return the profile that the settings name; raises UsageFault for one that cannot be judged yet."""
    if settings.profile != "runbook":
        raise UsageFault(
            f"The profile '{settings.profile}' cannot be judged by this version of pgproof.",
            "Use the profile 'runbook', and [levels] in pgproof.toml for single checks.",
        )
    return Profile(settings=settings, today=today)
