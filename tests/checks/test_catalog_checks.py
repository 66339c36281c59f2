from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import made
import pytest

from checks import test_constraints, test_foreign_keys, test_indexes, test_sequences, test_tables
from pgproof import (
    Catalog,
    Finding,
    Index,
    Looked,
    NotApplicable,
    NotExercised,
    NotReached,
    Orphans,
    Sequence,
    SequencePosition,
    Table,
    Trigger,
)

ROWS = {made.USERS: 20}
KEY = made.foreign_key("role_id")


def indexed(*indexes: Index, key: Any = KEY, tables: tuple[Table, ...] = ()) -> bool:
    looked = Looked()
    try:
        test_indexes.test_foreign_key_is_indexed(
            key, made.preview(catalog=Catalog(indexes=indexes, tables=tables)), looked
        )
    except Finding:
        return False
    return looked.count > 0


@pytest.mark.parametrize(
    ("index", "serves"),
    [
        (made.index("i", ("role_id",)), True),
        (made.index("i", ("role_id", "email")), True),
        (made.index("i", ("email", "role_id")), False),
        (made.index("i", ("role_id",), is_valid=False), False),
        (made.index("i", ("role_id",), method="brin"), False),
        (made.index("i", ("role_id",), method="hash"), True),
        (made.index("i", ("(lower(role_id))",)), False),
        (made.index("i", ("role_id",), predicate="(role_id IS NOT NULL)"), True),
        (made.index("i", ("role_id",), predicate="(deleted_at IS NULL)"), False),
        (made.index("i", ("role_id",), table="public.other"), False),
    ],
)
def test_an_index_serves_a_key_that_leads_it(index: Index, *, serves: bool) -> None:
    assert indexed(index) is serves


def test_columns_may_come_in_any_order_and_names_may_need_quotes() -> None:
    key = made.foreign_key("Tenant Id", "user")
    both = '(("user" IS NOT NULL) AND ("Tenant Id" IS NOT NULL))'
    assert indexed(made.index("i", ("user", "Tenant Id"), predicate=both), key=key)
    assert not indexed(made.index("i", ("user",)), key=key)


def test_a_partitioned_table_is_indexed_where_each_partition_is() -> None:
    root = made.table(variety="partitioned table")
    parts = tuple(made.table(f"public.users_{n}", partition_of=made.USERS) for n in (1, 2))
    own = [made.index(f"i{n}", ("role_id",), table=f"public.users_{n}") for n in (1, 2)]
    assert indexed(*own, tables=(root, *parts))
    assert not indexed(own[0], tables=(root, *parts))


def duplicates(index: Index, *others: Index) -> bool:
    try:
        test_indexes.test_index_is_not_duplicate(
            index, made.preview(catalog=Catalog(indexes=(index, *others))), Looked()
        )
    except Finding:
        return True
    return False


def test_of_two_equal_indexes_only_the_one_that_can_go_is_reported() -> None:
    plain, later = made.index("a", ("email",)), made.index("b", ("email",))
    unique = made.index("z", ("email",), is_unique=True, constraint="public.users.z")
    assert duplicates(later, plain)
    assert not duplicates(plain, later)
    assert duplicates(plain, unique)
    assert not duplicates(unique, plain)
    assert not duplicates(plain, made.index("c", ("name",)))


def test_an_invalid_index_is_reported_elsewhere() -> None:
    with pytest.raises(NotReached, match="index-is-valid"):
        duplicates(made.index("a", ("email",), is_valid=False), made.index("b", ("email",)))


@pytest.mark.parametrize("flag", ["is_valid", "is_ready", "is_live"])
def test_an_index_that_is_not_whole_is_a_finding(flag: str) -> None:
    broken = replace(made.index("a", ("email",)), **{flag: False})
    with pytest.raises(Finding) as found:
        test_indexes.test_index_is_valid(broken, made.preview(), Looked())
    assert "CREATE INDEX CONCURRENTLY a ON public.users USING btree (email);" in found.value.do


def test_a_unique_index_over_required_columns_tells_rows_apart() -> None:
    columns = (made.table_column("a", nullable=False), made.table_column("b", nullable=True))

    def has_key(index: Index) -> bool:
        try:
            test_tables.test_table_has_primary_key(
                made.table(), made.preview(catalog=Catalog(columns=columns, indexes=(index,))), Looked()
            )
        except Finding:
            return False
        return True

    assert has_key(made.index("i", ("a",), is_unique=True))
    assert not has_key(made.index("i", ("b",), is_unique=True))
    assert not has_key(made.index("i", ("a",), is_unique=True, predicate="(a > 0)"))
    assert not has_key(made.index("i", ("a",)))


def test_a_foreign_table_has_no_keys() -> None:
    with pytest.raises(NotApplicable):
        test_tables.test_table_has_primary_key(made.table(variety="foreign table"), made.preview(), Looked())


@pytest.mark.parametrize(
    ("given", "statement"),
    [
        ({"is_validated": False}, "ALTER TABLE public.users VALIDATE CONSTRAINT fk;"),
        ({"is_validated": False, "is_enforced": False}, "ALTER TABLE public.users ALTER CONSTRAINT fk ENFORCED;"),
        (
            {"is_validated": False, "is_enforced": False, "type": "check", "definition": "CHECK (a > 0)"},
            "ALTER TABLE public.users DROP CONSTRAINT fk, ADD CONSTRAINT fk CHECK (a > 0);",
        ),
        (
            {"is_validated": False, "on_domain": True, "table": "public.d", "name": "Positive"},
            'ALTER DOMAIN public.d VALIDATE CONSTRAINT "Positive";',
        ),
    ],
)
def test_a_constraint_that_does_not_hold_for_old_rows_is_a_finding(given: dict[str, Any], statement: str) -> None:
    with pytest.raises(Finding) as found:
        test_constraints.test_constraint_is_validated(replace(KEY, **given), Looked())
    assert found.value.do == statement


def test_a_not_null_that_old_rows_may_break_is_a_finding() -> None:
    def judge(**given: Any) -> Looked:
        column = replace(made.table_column("name", nullable=False), **given)
        looked = Looked()
        test_constraints.test_not_null_is_validated(
            made.table(), made.preview(catalog=Catalog(columns=(column,))), looked
        )
        return looked

    assert judge().count == 1
    with pytest.raises(NotApplicable):
        judge(nullable=True)
    with pytest.raises(Finding) as found:
        judge(not_null_valid=False)
    assert found.value.do == "ALTER TABLE public.users VALIDATE CONSTRAINT users_name_not_null;"


def triggers(*, enabled: str = "origin", disabled: int = 0, catalog: Catalog | None = None) -> Looked:
    trigger = Trigger(identity="public.users.t", table=made.USERS, name="t", definition="…", enabled=enabled)
    key = replace(KEY, disabled_triggers=disabled)
    looked = Looked()
    test_constraints.test_triggers_are_enabled(
        made.table(), made.preview(catalog=catalog or Catalog(triggers=(trigger,), constraints=(key,))), looked
    )
    return looked


def test_disabled_triggers_are_found_those_of_foreign_keys_included() -> None:
    assert triggers().count == 2
    assert triggers(enabled="replica").notes == ["public.users.t fires in replication only"]
    with pytest.raises(Finding):
        triggers(enabled="disabled")
    with pytest.raises(Finding) as found:
        triggers(disabled=2)
    assert "ALTER TABLE public.roles ENABLE TRIGGER ALL;" in found.value.do


def test_a_table_without_triggers_has_none_to_judge() -> None:
    with pytest.raises(NotApplicable):
        triggers(catalog=Catalog(tables=(made.table(),)))


def orphans(looked_at: int, count: int, *, met: Mapping[str, int] = ROWS, **given: Any) -> Looked:
    looked = Looked()
    found = Orphans(
        constraint=KEY.identity,
        table=made.USERS,
        looked_at=looked_at,
        count=count,
        sample=("role_id=9",),
        statement="SELECT",
    )
    end = made.end(**{"orphans": (found,), **given})
    test_foreign_keys.test_foreign_key_has_no_orphans(KEY, (made.step(rows_before=met),), end, looked)
    return looked


def test_a_key_of_the_last_migration_has_met_no_row() -> None:
    with pytest.raises(NotApplicable):
        orphans(0, 0, met={})


def test_orphans_are_counted_and_listed() -> None:
    assert orphans(20, 0).count == 20
    with pytest.raises(Finding, match=r"1 row of public\.users refers to nothing") as found:
        orphans(20, 1)
    assert "orphan: role_id=9" in found.value.showed


def test_references_that_were_not_there_are_not_exercised() -> None:
    with pytest.raises(NotExercised):
        orphans(0, 0)
    with pytest.raises(NotExercised):
        orphans(20, 0, orphans=())
    with pytest.raises(NotReached):
        orphans(20, 0, stopped="m0003")


def test_a_composite_key_is_compared_column_by_column() -> None:
    key = made.foreign_key("a", "b", column_types=("integer", "text"), referenced_types=("integer", "text"))
    looked = Looked()
    test_foreign_keys.test_foreign_key_types_match(key, looked)
    assert looked.count == 2
    with pytest.raises(Finding) as found:
        test_foreign_keys.test_foreign_key_types_match(replace(key, referenced_types=("bigint", "text")), looked)
    assert found.value.showed == ("public.users a is integer, public.roles a is bigint",)


SEQUENCE = Sequence(
    identity="public.users_id_seq",
    owner="o",
    type="bigint",
    start=1,
    minimum=1,
    maximum=9,
    increment=1,
    cycle=False,
    cache=1,
)


def ahead(*, rows: int = 3, is_ahead: bool = True, attached: bool = False) -> Looked:
    position = SequencePosition(
        sequence=SEQUENCE.identity, column="public.users.id", next_value=1, largest=3, rows=rows, is_ahead=is_ahead
    )
    looked = Looked()
    test_sequences.test_sequence_is_ahead(
        SEQUENCE,
        made.preview(sequences=() if attached else (position,)),
        (made.step(attached=(position,) if attached else ()),),
        looked,
    )
    return looked


@pytest.mark.parametrize("attached", [False, True])
def test_a_sequence_behind_its_column_is_a_finding(*, attached: bool) -> None:
    assert ahead(attached=attached).count == 3
    with pytest.raises(Finding) as found:
        ahead(attached=attached, is_ahead=False)
    assert found.value.do == "SELECT setval('public.users_id_seq', (SELECT max(id) FROM public.users));"


def test_a_sequence_whose_column_holds_nothing_of_the_migrations_is_not_judged() -> None:
    with pytest.raises(NotApplicable):
        ahead(rows=0)
