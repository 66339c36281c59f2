"""The blocks of a catalog, as the one who is connected would write them."""

from __future__ import annotations

from typing import Any

import psycopg

from pgproof.catalog.catalog import Catalog
from pgproof.catalog.contract.block import Blocks
from pgproof.catalog.contract.blocks import blocks_of
from pgproof.catalog.read import read


def blocks(connection: psycopg.Connection[Any]) -> Blocks:
    return of(read(connection).catalog, connection)


def of(catalog: Catalog, connection: psycopg.Connection[Any]) -> Blocks:
    return blocks_of(catalog, migrator=connection.info.user)
