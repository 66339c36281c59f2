"""The address of a server: what a URL says, taken apart, and URLs of its databases put together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import UsageFault

CONNECT_SECONDS = "10"
_FORM = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
_ENCODE = "Write @ / : ? # % and blanks in a user or password as %40 %2F %3A %3F %23 %25 %20."


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server listens and as whom it is entered; as text it holds no secret."""

    host: str
    port: str
    user: str
    database: str
    """The one that was named: a maintenance connection is all that it is for."""
    password: str | None = field(default=None, repr=False)
    options: str = ""
    more: Mapping[str, str] = field(default_factory=dict, repr=False)
    """libpq's other parameters: sslmode, sslrootcert, …"""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user or '(default user)'}@{host or '(default host)'}:{self.port or '5432'}"

    def url(self, database: str, settings: Mapping[str, str], **more: str) -> str:
        """Return the libpq URL of a database, with settings of the session."""
        user = quote(self.user, safe="")
        if self.password is not None:
            user += f":{quote(self.password, safe='')}"
        parameters = {**self.more, **more}
        is_plain = self.host and not self.host.startswith(("/", "@")) and "," not in self.host
        if is_plain:
            host = f"[{self.host}]" if ":" in self.host else quote(self.host, safe="")
            place = host + (f":{self.port}" if self.port else "")
        else:
            place = ""
            parameters |= {key: value for key, value in (("host", self.host), ("port", self.port)) if value}
        options = " ".join(filter(None, (self.options, as_options(settings))))
        if options:
            parameters["options"] = options
        asked = urlencode(parameters, quote_via=quote, safe="")
        return f"postgresql://{user}@{place}/{quote(database, safe='')}" + (f"?{asked}" if asked else "")

    def hides(self, text: str) -> str:
        """Return a text without the password, whatever characters it has."""
        return text.replace(self.password, "***") if self.password else text


def parse(text: str) -> Address:
    """Return the address that a URL or a libpq connection string names; the UsageFault it raises repeats no part."""
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(text).items() if value is not None}
    except psycopg.ProgrammingError:
        raise UsageFault("The server's URL cannot be read.", f"Write {_FORM}. {_ENCODE}") from None
    host, port = given.pop("host", ""), given.pop("port", "")
    is_cut = ("@" in host and not host.startswith("@")) or ("@" in given.get("dbname", "") and "user" not in given)
    if is_cut or not (port.isdecimal() or not port):  # parts of a password
        raise UsageFault("The server's URL cannot be read.", f"Write {_FORM}. {_ENCODE}")
    if "service" in given:
        raise UsageFault("The server's URL names a service file.", f"Write {_FORM}.")
    if "," in host:
        raise UsageFault("The server's URL names several hosts.", f"Name one server: {_FORM}.")
    return Address(
        host=host,
        port=port,
        user=given.pop("user", ""),
        database=given.pop("dbname", "postgres"),
        password=given.pop("password", None),
        options=given.pop("options", ""),
        more={"connect_timeout": CONNECT_SECONDS} | given,
    )


def as_options(settings: Mapping[str, str]) -> str:
    """Return settings as libpq's ``options`` takes them."""
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())


def with_settings(url: str, settings: Mapping[str, str]) -> str:
    """Return a URL of pgproof's own with more settings of the session; the later wins."""
    place, _, asked = url.partition("?")
    parameters = dict(parse_qsl(asked, keep_blank_values=True))
    parameters["options"] = " ".join(filter(None, (parameters.get("options", ""), as_options(settings))))
    return f"{place}?{urlencode(parameters, quote_via=quote, safe='')}"


def _escaped(value: str) -> str:
    return "".join(f"\\{c}" if c in "\\ \t\n\r\f\v" else c for c in value)
