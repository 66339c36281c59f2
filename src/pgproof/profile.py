"""What a finding does to the run: levels by profile, overrides, waivers, the baseline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from pgproof.baseline import Accepted, Baseline, read_baseline
from pgproof.errors import UsageFault, did_you_mean
from pgproof.finding import Check, Level
from pgproof.settings import Settings, Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The levels, waivers and accepted findings of one run."""

    settings: Settings
    today: date
    baseline: Baseline = field(default_factory=Baseline)

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

    def accepted(self, check: str, subject: str) -> Accepted | None:
        """Return the entry of the baseline that holds a finding."""
        return self.baseline.find(check, subject)

    def accepts(self, check: str, subject: str) -> Accepted | None:
        """Return the entry that this run makes for a finding; None where it accepts none."""
        reason = self.settings.accept
        if reason is None:
            return None
        return Accepted(check=check, subject=subject, reason=reason, date=self.today)

    def is_expired(self, waiver: Waiver) -> bool:
        """Return whether the last day of a waiver has passed."""
        return waiver.until is not None and waiver.until < self.today

    def demand_known(self, checks: Collection[str]) -> None:
        """Raise UsageFault where levels, waivers, baseline or selection name a check that there is not."""
        settings = self.settings
        named = [(check, "[levels]") for check in settings.levels]
        named += [(waiver.check, "[[waiver]]") for waiver in settings.waivers]
        file = settings.baseline.name if settings.baseline else ""
        named += [(entry.check, f"{file} [[accepted]]") for entry in self.baseline]
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
    if settings.profile == "live":
        raise UsageFault(
            "The profile 'live' is for a database that somebody owns, which this version does not verify yet.",
            "Use the profile 'runbook', or 'adopt' for an old history.",
        )
    return Profile(settings=settings, today=today, baseline=read_baseline(settings.baseline))
