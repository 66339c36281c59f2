"""Migrations on a server that pytest-postgresql itself has found."""


def test_the_migrations_were_loaded(on_external):
    assert on_external.execute("SELECT count(*) FROM pets").fetchone() == (0,)
    assert on_external.execute("SELECT count(*) FROM pgproof_history").fetchone() == (2,)
