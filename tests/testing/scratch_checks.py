"""Checks that find what the tests want them to find."""

from pgproof import Check, Finding, Level, Levels, NotApplicable, NotExercised, check, each, needs

GATE = Levels(runbook=Level.GATE, adopt=Level.GATE, live=Level.GATE)
ADVICE = Levels(runbook=Level.ADVICE, adopt=Level.ADVICE, live=Level.ADVICE)
OFF = Levels(runbook=Level.OFF, adopt=Level.OFF, live=Level.OFF)


def record(name, levels=GATE, runbook="検証項目 1"):
    return Check(
        id=name, claim=f"{name} holds", effect="users see an error", remedy="mend it", runbook=runbook, levels=levels
    )


@each("migration")
@check(record("applies-again"))
def test_again(migration, applied_again, looked):
    looked.at(applied_again.seconds > 0)
    if migration.version == "m2":
        raise Finding(
            "m2 cannot be applied twice",
            showed=("42P07 relation exists", "CREATE ROLE x PASSWORD 'hunter2'"),
            do="CREATE TABLE IF NOT EXISTS b ();",
        )


@each("migration")
@check(record("comes-back"))
def test_down(step, undone, looked):
    looked.at(3)
    looked.note(f"undone in {undone.seconds} s at postgres://u:hunter2@h/d")


@each("table")
@check(record("table-is-there", levels=ADVICE, runbook=""))
def test_table(table, looked):
    looked.at(1)
    if table.identity == "public.tasks":
        raise Finding("public.tasks is dull")


@each("index")
@check(record("index-is-off", levels=OFF))
def test_index(index, looked):
    raise Finding("never seen")


@each("history")
@check(record("goes-back"))
def test_rollback(history, rolled_back, looked):
    looked.at(len(history.migrations))


@each("sequence")
@check(record("sequence-is-shy"))
def test_sequence(sequence):
    raise NotExercised("no rows in public.tasks")


@each("foreign_key")
@check(record("key-is-meaningless"))
def test_key(foreign_key):
    raise NotApplicable("it has no rows")


@needs("downs")
@each("migration")
@check(record("down-is-there"))
def test_down_is_there(migration, looked):
    looked.at(1)
