"""The schemas of histories that nobody here wrote are filled, at every step."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from pgproof.catalog.read import read
from pgproof.data.rows import Filler

HISTORIES = {"procrastinate": "sql/migrations/*.sql", "litellm_proxy_extras": "migrations/*/migration.sql"}


@pytest.fixture(params=HISTORIES)
def files(request):
    """Return the files of a history, in order."""
    spec = find_spec(request.param)
    if spec is None or spec.origin is None:
        pytest.skip(f"{request.param} is not installed")
    found = Path(spec.origin).parent.glob(HISTORIES[request.param])
    return sorted(found, key=lambda p: (p.parent.name, [int(n) for n in re.findall(r"\d+", p.name)]))


def test_every_table_is_filled(files, connection):
    for file in files:
        connection.execute(file.read_text(encoding="utf-8"))
    catalog = read(connection).catalog
    filler = Filler()
    filled = filler.top_up(connection, catalog)
    assert filled.unfilled == {}
    assert filled.inserted.keys() == {t.identity for t in catalog.tables}
    assert min(filled.inserted.values()) >= 20
    assert not filler.top_up(connection, catalog).inserted


def test_these_histories_apply_to_rows(files, connection):
    filler = Filler()
    state = read(connection)
    for file in files[:60]:
        connection.execute(file.read_text(encoding="utf-8"))
        state = read(connection, since=state)
        filled = filler.top_up(connection, state.catalog)
        assert filled.unfilled == {}, file
    tables = [t.identity for t in state.catalog.tables]
    counts = " UNION ALL ".join(f"SELECT count(*) FROM {t}" for t in tables)
    assert connection.execute(f"SELECT max(count) < 100 FROM ({counts}) c").fetchone() == (True,)
