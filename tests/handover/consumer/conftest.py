"""A project that tests its application on a migrated database."""

from pytest_postgresql import factories

from pgproof import load_migrations, migrated_proc

migrated = migrated_proc("db", load=["seeding.add_an_owner"])
postgresql = factories.postgresql("migrated")
again = factories.postgresql("migrated", dbname="again")

external = factories.postgresql_noproc(load=[load_migrations("db")])
on_external = factories.postgresql("external")
