"""Settings: pgproof.toml or pyproject.toml, then PGPROOF_*, then options; each value knows its source."""

from pgproof.settings.load import load
from pgproof.settings.model import Base, HistoryOverride, Settings, Waiver

__all__ = ["Base", "HistoryOverride", "Settings", "Waiver", "load"]
