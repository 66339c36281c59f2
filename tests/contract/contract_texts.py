"""Contracts as texts."""

from __future__ import annotations

import tomllib

from pgproof.catalog.contract.block import Block, Blocks
from pgproof.catalog.contract.toml import read_blocks


def parsed(text: str) -> Blocks:
    """Return the blocks of a contract's text."""
    return read_blocks(tomllib.loads(text), "contract.toml")[0]


def found(text: str, *chosen: tuple[str, str]) -> Blocks:
    """Return the blocks of a database, some names of which the server chose."""
    return {
        key: Block(kind=key[0], identity=key[1], own=block.own, parts=block.parts, chosen=frozenset(chosen))
        for key, block in parsed(text).items()
    }
