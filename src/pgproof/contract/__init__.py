"""What a team has agreed on, from contract.toml: the schema, how many rows tables hold, what migrations do to data."""

from pgproof.contract.agreed import Agreed, Comparison
from pgproof.contract.bounds import RowBounds
from pgproof.contract.changes import DataChange, Deletes
from pgproof.contract.compare import Disagreement, disagreements
from pgproof.contract.contract import Contract, read_contract
from pgproof.contract.rewrite import rewritten

__all__ = [
    "Agreed",
    "Comparison",
    "Contract",
    "DataChange",
    "Deletes",
    "Disagreement",
    "RowBounds",
    "disagreements",
    "read_contract",
    "rewritten",
]
