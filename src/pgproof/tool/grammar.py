"""PostgreSQL's grammar, by pglast, without its types: they make every field optional, even those always there."""

from __future__ import annotations

from importlib import import_module
from typing import Any, TypeAlias

ast: Any = import_module("pglast.ast")
enums: Any = import_module("pglast.enums")
Node: TypeAlias = Any
"""A node of a parsed statement."""
