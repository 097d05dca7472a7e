"""Is every index read by the statement it names?"""

import re

import pytest
from sqlalchemy import text

from storage.tables import metadata

NOW = "'2026-11-01 18:00:00'"
READERS = {
    "calls_due": f"SELECT id FROM calls WHERE stage <> 'ended' AND deadline_at <= {NOW} ORDER BY deadline_at",
    "calls_live": "SELECT * FROM calls WHERE stage IN ('greeting', 'waiting')",
    "calls_by_arrival": f"SELECT * FROM calls WHERE arrived_at >= {NOW} ORDER BY arrived_at",
    "calls_by_number": "SELECT * FROM calls WHERE number_shown = '+13145550110'",
    "uq_calls_leg_sid": "SELECT * FROM calls WHERE leg_sid = 'CA1'",
    "journal_by_call": "SELECT * FROM journal WHERE call_id = 'a' ORDER BY id",
    "journal_owing": "SELECT id FROM journal WHERE effects IS NOT NULL ORDER BY id",
    "uq_journal_inbox_key": "SELECT answer FROM journal WHERE inbox_key = 'a'",
    "errands_due": f"SELECT id FROM errands WHERE state = 'pending' AND due_at <= {NOW}",
    "errands_by_target": "SELECT 1 FROM errands WHERE target = 'a' AND state = 'pending'",
    "offers_live": f"SELECT * FROM offers WHERE state = 'offered' AND lapses_at <= {NOW}",
    "offers_by_person": "SELECT * FROM offers WHERE person_id = 'a' AND state = 'accepted'",
    "offers_by_call": "SELECT * FROM offers WHERE call_id = 'a'",
    "followups_due": f"SELECT * FROM followups WHERE state = 'due' AND due_at <= {NOW}",
    "followups_by_number": "SELECT * FROM followups WHERE number = '+13145550110'",
    "attempts_once": "SELECT * FROM attempts WHERE followup_id = 'a' ORDER BY number_of",
    "texts_once": "SELECT 1 FROM texts WHERE followup_id = 'a'",
    "texts_by_number": f"SELECT * FROM texts WHERE number = '+13145550110' AND at > {NOW}",
    "texts_owed": "SELECT * FROM texts WHERE state = 'owed' ORDER BY at",
    "uq_texts_sid": "SELECT * FROM texts WHERE sid = 'SM1'",
    "tasks_open": "SELECT * FROM tasks WHERE for_role = 'coordinator' AND closed_at IS NULL",
    "tasks_by_call": "SELECT * FROM tasks WHERE call_id = 'a' AND kind = 'help_wanted'",
    "notices_owed": f"SELECT * FROM notices WHERE mail_state = 'owed' AND mail_due_at <= {NOW}",
    "notices_unseen": "SELECT * FROM notices WHERE person_id = 'a' AND seen_at IS NULL",
    "records_by_number": "SELECT * FROM records WHERE callback_number = '+13145550110'",
    "rescues_open": f"SELECT id FROM rescues WHERE closed_at IS NULL AND ask_at <= {NOW}",
    "rescues_by_call": "SELECT * FROM rescues WHERE call_id = 'a'",
    "handoff_cards_once": "SELECT * FROM handoff_cards WHERE line = 'a' AND digest = 'b'",
    "handoff_cards_by_call": "SELECT * FROM handoff_cards WHERE call_id = 'a'",
    "handoff_cards_waiting": f"SELECT * FROM handoff_cards WHERE call_id IS NULL AND received_at >= {NOW}",
    "crew_visits_by_call": "SELECT * FROM crew_visits WHERE call_id = 'a'",
    "crew_visits_by_request": f"SELECT * FROM crew_visits WHERE requested_at >= {NOW} ORDER BY requested_at",
    "crew_visits_open": "SELECT * FROM crew_visits WHERE ended_at IS NULL ORDER BY requested_at",
    "referrals_by_call": "SELECT * FROM referrals WHERE call_id = 'a'",
    "referrals_by_number": "SELECT * FROM referrals WHERE number = '+13145550110'",
    "referrals_by_day": f"SELECT * FROM referrals WHERE made_at >= {NOW} ORDER BY made_at",
    "referrals_open": "SELECT * FROM referrals WHERE settled_at IS NULL ORDER BY made_at",
    "response_plans_by_number": "SELECT * FROM response_plans WHERE number = '+13145550110' ORDER BY version DESC LIMIT 1",
    "audit_by_object": "SELECT * FROM audit WHERE object = 'a' ORDER BY id",
}
KEEPERS = {"errands_one_live", "offers_one_live"}  # unique: they refuse, nobody reads by them


@pytest.mark.parametrize("index", READERS)
def test_its_reader_uses_it(store, index):
    with store.engine.connect() as connection:
        drop_the_others(connection, index)  # of an empty table any index is as good
        if store.dialect == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
            plan = connection.execute(text(f"EXPLAIN {READERS[index]}"))
            used = re.findall(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\w+)", said(plan))
        else:
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {READERS[index]}"))
            used = re.findall(r"USING (?:COVERING )?INDEX (\w+)", said(plan))
            index = known_to_sqlite(index)
        connection.rollback()
    assert used == [index]


def drop_the_others(connection, index):
    for table in metadata.tables.values():
        if index in {one.name for one in table.indexes}:
            for other in table.indexes:
                if other.name != index:
                    connection.execute(text(f"DROP INDEX {other.name}"))


def said(plan):
    return "\n".join(" ".join(map(str, row)) for row in plan)


def known_to_sqlite(index):
    """A unique column's index has a number there."""
    table = re.fullmatch(r"uq_([a-z]+)_\w+", index)
    return (
        f"sqlite_autoindex_{table[1]}_{2 if table[1] in ('calls', 'texts') else 1}"
        if table
        else index
    )


def test_every_index_has_its_reader():
    named = {index.name for table in metadata.tables.values() for index in table.indexes}
    assert named == {name for name in READERS if not name.startswith("uq_")} | KEEPERS
