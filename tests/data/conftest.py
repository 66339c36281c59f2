"""Two states of a database, compared."""

import pytest

from pgproof.catalog.read import read
from pgproof.data.compare import compare
from pgproof.data.digest import read_images
from pgproof.data.rows import Filler


@pytest.fixture
def follow(connection):
    """Return what ``compare`` says of a step."""

    def run(base, step, *, compared=compare, **options):
        connection.execute(base)
        before = read_images(connection, **options)
        connection.execute(step)
        return compared(before, read_images(connection, **options))

    return run


@pytest.fixture
def change(follow):
    """Return what is said of the one table of which there is something to say."""

    def run(base, step, **options):
        (found,) = follow(base, step, **options)
        return found

    return run


@pytest.fixture
def column():
    """Return what is said of one column, by its name before."""

    def run(change, name):
        (found,) = [column for column in change.columns if column.column == name]
        return found

    return run


@pytest.fixture
def fill(connection):
    """Run DDL, fill, and return what came of it."""

    def run(ddl, filler=None, **options):
        connection.execute(ddl)
        return (filler or Filler()).top_up(connection, read(connection).catalog, **options)

    return run


@pytest.fixture
def values_of(connection):
    """Return the values of a table's column, as text."""

    def values(table, name):
        return [v for (v,) in connection.execute(f"SELECT {name}::text FROM {table} ORDER BY 1").fetchall()]

    return values
