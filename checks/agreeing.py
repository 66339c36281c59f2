"""How a finding says that the schema is not what the contract says."""

from __future__ import annotations

from pgproof import Agreed, Finding, Looked, NotReached, Preview

from .wording import listed

REMEDY = (
    "Bring it back in a new migration; or, where the change is wanted, run `pgproof contract` and let its difference "
    "be reviewed with the migration."
)


def require_applied(preview: Preview) -> None:
    """Raise NotReached where the history ends before its last migration: what is missing is not made yet."""
    for version in preview.on_empty:
        raise NotReached(f"{version} does not apply: see migration-applies")


def demand_agreement(agreed: Agreed, what: str, preview: Preview, looked: Looked) -> None:
    """Raise the finding ``what`` where something about the subject is not as agreed."""
    require_applied(preview)
    if agreed.differences:
        raise Finding(what, showed=listed([str(one) for one in agreed.differences], shown=10), do=REMEDY)
    looked.at(agreed.size)
