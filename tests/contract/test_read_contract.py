"""contract.toml as a value: declared data changes, and what cannot be meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pgproof.contract import Contract, read_contract
from pgproof.errors import UsageFault

TEXT = """
[migrations."m1 Größe"]
deletes = { "public.t" = 3, 'public."Order Items"' = "any" }
rewrites = ["public.t.c"]
reason = "JIRA-1"

[migrations.m2]
irreversible = true
reason = "JIRA-2"
"""


def read(tmp_path, text):
    file = tmp_path / "contract.toml"
    file.write_text(text)
    return read_contract(file, ("m1 Größe", "m2", "m3"))


def test_what_is_declared(tmp_path):
    contract = read(tmp_path, TEXT)
    change = contract.of("m1 Größe")

    assert [change.may_delete("public.t", rows) for rows in (0, 3, 4)] == [True, True, False]
    assert change.may_delete('public."Order Items"', 10**9)
    assert not change.may_delete("public.u", 1)
    assert change.may_rewrite("public.t.c")
    assert not change.may_rewrite("public.t.d")
    assert (change.irreversible, contract.of("m2").irreversible) == (False, True)
    assert change.reason == "JIRA-1"


def test_the_examples_of_the_documentation_are_contracts(tmp_path):
    document = Path(__file__).parents[2] / "docs" / "contract.md"
    schema, bounds = re.findall(r"```toml\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)

    assert [kind for kind, _ in read(tmp_path, schema).schema] == ["type", "table", "view"]
    assert read(tmp_path, bounds).rows["public.roles"].most == 3


def test_what_is_not_declared(tmp_path):
    change = read(tmp_path, TEXT).of("m3")

    assert not change.may_delete("public.t", 1)
    assert not change.may_rewrite("public.t.c")
    assert not change.irreversible
    assert read_contract(None, ()) == Contract()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[migrations.m4]\nirreversible = true\nreason = "r"', "matches no migration"),
        ("[migrations.m2]\nirreversible = true", "'reason' is missing"),
        ('[migrations.m2]\nreason = "r"', "declares nothing"),
        ('[migrations.m2]\ndelete = { "public.t" = 1 }\nreason = "r"', "Did you mean 'deletes'?"),
        ('[migrations.m2]\ndeletes = { "public.t" = 0 }\nreason = "r"', "a number of rows from 1"),
        ('[migrations.m2]\ndeletes = { "public.t" = "all" }\nreason = "r"', 'or "any"'),
        ('[migrations.m2]\ndeletes = ["public.t"]\nreason = "r"', "must be a table"),
        ('[migrations.m2]\nrewrites = "public.t.c"\nreason = "r"', "must be a list of texts"),
        ('[migration.m2]\nirreversible = true\nreason = "r"', "'migration' is unknown"),
        ("migrations = 3", "must be tables"),
        ("[migrations", "is not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(tmp_path, text, message):
    with pytest.raises(UsageFault) as raised:
        read(tmp_path, text)

    assert message in raised.value.message


@pytest.mark.parametrize(
    ("tables", "columns", "message"),
    [
        ({"public.tt", 'public."Order Items"'}, {"public.t.c"}, "public.t, .* such a table. Did you mean 'public.tt'"),
        ({"public.t", 'public."Order Items"'}, {"public.t.d"}, "names public.t.c, .* such a column"),
    ],
)
def test_an_entry_that_can_match_nothing_is_a_fault(tmp_path, tables, columns, message):
    contract = read(tmp_path, TEXT)
    contract.demand_known({"public.t", 'public."Order Items"'}, {"public.t.c"})

    with pytest.raises(UsageFault, match=message):
        contract.demand_known(tables, columns)
