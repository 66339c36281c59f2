"""The kinds of objects that few databases have, in canonical form (see ``model``)."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from pgproof.catalog.model import Object, value


@value
class Statistics(Object):
    """Extended statistics of a table; identity ``schema.statistics``."""

    kind: ClassVar[str] = "statistics"
    table: str
    name: str
    owner: str
    definition: str
    """From the kinds on, as ``pg_get_statisticsobjdef`` writes it."""
    target: int | None = None
    is_name_generated: bool = field(default=False, compare=False)


@value
class Declared(Object):
    """What an owner has declared, said in SQL's own words."""

    owner: str = ""
    """Empty where such a thing has none."""
    definition: tuple[str, ...] = ()
    """Each property that is not what it is by default."""


# The kinds below add nothing to Declared: to decorate each again would take a thousandth of a second each time.


class Operator(Declared):
    """An operator; identity ``schema.operator(left type,right type)``."""

    __slots__ = ()
    kind = "operator"


class OperatorFamily(Declared):
    """An operator family with the operators and functions of its classes; identity ``schema.family USING method``."""

    __slots__ = ()
    kind = "operator family"


class OperatorClass(Declared):
    """An operator class; identity ``schema.class USING method``."""

    __slots__ = ()
    kind = "operator class"


class Cast(Declared):
    """A cast; identity ``source AS target``."""

    __slots__ = ()
    kind = "cast"


class Collation(Declared):
    """A collation."""

    __slots__ = ()
    kind = "collation"


class TextSearch(Declared):
    """Part of the text search; identity ``CONFIGURATION schema.name``, or of a DICTIONARY, PARSER or TEMPLATE."""

    __slots__ = ()
    kind = "text search"


class ForeignDataWrapper(Declared):
    """A foreign-data wrapper."""

    __slots__ = ()
    kind = "foreign data wrapper"


class ForeignServer(Declared):
    """A foreign server."""

    __slots__ = ()
    kind = "foreign server"


class UserMapping(Declared):
    """A user mapping without its secrets; identity ``role SERVER server``."""

    __slots__ = ()
    kind = "user mapping"


class Language(Declared):
    """A procedural language."""

    __slots__ = ()
    kind = "language"


class Transform(Declared):
    """A transform; identity ``FOR type LANGUAGE language``."""

    __slots__ = ()
    kind = "transform"


class AccessMethod(Declared):
    """An access method."""

    __slots__ = ()
    kind = "access method"


class Publication(Declared):
    """A publication with what it publishes."""

    __slots__ = ()
    kind = "publication"


class Subscription(Declared):
    """A subscription without its secrets."""

    __slots__ = ()
    kind = "subscription"


class EventTrigger(Declared):
    """An event trigger."""

    __slots__ = ()
    kind = "event trigger"


class Database(Declared):
    """The database itself, whatever its name: settings of its own and of roles in it; identity ``database``."""

    __slots__ = ()
    kind = "database"


class LargeObject(Declared):
    """The large objects of one owner; identity ``of owner``."""

    __slots__ = ()
    kind = "large object"


DECLARED: tuple[type[Declared], ...] = (
    Operator, OperatorFamily, OperatorClass, Cast, Collation, TextSearch, ForeignDataWrapper, ForeignServer,
    UserMapping, Language, Transform, AccessMethod, Publication, Subscription, EventTrigger, Database, LargeObject,
)  # fmt: skip
