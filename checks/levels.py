"""The levels that checks share, by what they guard: runbook, adopt, live (CHECKS: R A L)."""

from __future__ import annotations

from pgproof import Level, Levels

ALWAYS = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.GATE)
"""What no database may break."""
SHAPE = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.ADVICE)
"""What a history may not do, and a living database may have to live with."""
SHIPPING = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.OFF)
"""What migrations do: a living database has none to judge."""
REPAIR = Levels(runbook=Level.GATE, adopt=Level.ADVICE, live=Level.OFF)
"""What an old history rarely keeps, and a new one should."""
NEW = Levels(runbook=Level.GATE, adopt=Level.OFF, live=Level.OFF)
"""What only a history that was written for it can keep."""
OLD_ROWS = Levels(runbook=Level.GATE, adopt=Level.ADVICE, live=Level.ADVICE)
"""What rows that were there before the rule may not keep."""
HINT = Levels(runbook=Level.ADVICE, adopt=Level.ADVICE, live=Level.ADVICE)
"""What is worth a look, and may be right as it is."""
