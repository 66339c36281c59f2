"""A row for every type that the server has."""

import re

TYPES = """
DO $$ DECLARE r record; BEGIN
FOR r IN SELECT typname, format_type(oid, NULL) AS f FROM pg_type
    WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r',
        'm') AND typname !~ '^_' AND typname <> ALL (%s)
LOOP EXECUTE format('CREATE TABLE %%I (id int PRIMARY KEY, v %%s, a %%s[], w %%s NOT NULL)', r.typname, r.f, r.f,
        r.f);
END LOOP; END $$"""
WITHOUT_INPUT = (
    "{pg_node_tree,pg_ndistinct,pg_dependencies,pg_mcv_list,pg_brin_bloom_summary,pg_brin_minmax_multi_summary,"
    "gtsvector,unknown}"
)


def test_every_built_in_type_is_filled_or_the_server_says_why(fill, connection):
    filled = fill(TYPES % f"'{WITHOUT_INPUT}'::text[]")
    assert len(filled.inserted) > 60
    assert {re.sub(r"^public\.", "", t): "unsupported XML feature" in why for t, why in filled.unfilled.items()} in (
        {},
        {"xml": True},
    )


def test_types_of_extensions_are_filled(fill, connection):
    available = {n for (n,) in connection.execute("SELECT name FROM pg_available_extensions").fetchall()}
    columns = {"citext": "citext PRIMARY KEY", "hstore": "hstore NOT NULL", "ltree": "ltree", "cube": "cube",
               "seg": "seg", "vector": "vector(3) NOT NULL", "isn": "ean13 NOT NULL"}  # fmt: skip
    here = [n for n in columns if n in available]
    ddl = "".join(f"CREATE EXTENSION {n};" for n in here)
    filled = fill(ddl + f"CREATE TABLE t (id int, {', '.join(f'c_{n} {columns[n]}' for n in here)})")
    assert filled.unfilled == {}
    assert filled.inserted == {"public.t": 20}
