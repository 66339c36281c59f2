"""The server that the options of pytest-postgresql name, where that is installed and they are given."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest


def neighbours_server(config: pytest.Config) -> str | None:
    """Return the URL of the server that ``--postgresql-host`` names, or None.

    Only the command line counts (``addopts`` is part of it): in a configuration file the host is also the place where
    pytest-postgresql starts a server of its own.
    """
    if not config.pluginmanager.hasplugin("pytest_postgresql") or not config.getoption("postgresql_host", None):
        return None
    host, port = _option(config, "host"), _option(config, "port") or "5432"
    user, password = _option(config, "user"), _option(config, "password")
    asked = {"host": host, "port": port} | ({"options": given} if (given := _option(config, "options")) else {})
    who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    database = quote(_option(config, "maintenance_dbname") or "postgres", safe="")
    return f"postgresql://{who}@/{database}?{urlencode(asked, quote_via=quote, safe='')}"


def _option(config: pytest.Config, name: str) -> str:
    """Return an option as pytest-postgresql reads it: from the command line, else from the configuration file."""
    option = f"postgresql_{name}"
    given = config.getoption(option, None)
    if given is None:
        try:
            given = config.getini(option)
        except (KeyError, ValueError):  # an older version does not know it
            given = None
    return str(given or "")
