"""PostgreSQL's grammar, by pglast, without its types: they make every field optional, even those always there."""

from __future__ import annotations

from typing import Any, TypeAlias

import pglast

ast: Any = pglast.ast
enums: Any = pglast.enums
Node: TypeAlias = Any
"""A node of a parsed statement."""
