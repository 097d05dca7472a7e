"""Does every clinician who says yes at the same moment get a caller of their own, by either way?"""

from dataclasses import replace

from store.racing import race
from town import Town

from ivr.call import Stage
from switchboard import clock, offers, phones

ROUNDS, RACERS = 10, 4


def staffed(town: Town, a_call, an_offer, a_person) -> dict:
    """A caller and an offer for each clinician of each round: all wait from the start."""
    made = {}
    with town.store.begin() as rows:
        for number in range(ROUNDS):
            for racer in range(RACERS):
                person = a_person(f"person-{number}-{racer}")
                call = a_call(arrived_at=town.now, line_since=town.now, stage_since=town.now)
                offer = an_offer(person.id, call.id, offered_at=town.now)
                made[number, racer] = replace(offer, lapses_at=town.now.replace(year=2027))
                rows.people.add(person)
                rows.calls.add(call)
        rows.offers.add(made.values())
    return made


def test_desks_and_phones_at_once(database_url, a_call, an_offer, a_person):
    with Town.opened(database_url) as town:
        made = staffed(town, a_call, an_offer, a_person)

        def press(shared, number, racer):
            board = replace(town.board, store=shared, wake=lambda: None)
            offer = made[number, racer]
            if racer % 2:
                return offers.accept(board, offer.id, offer.person_id).call_id
            leg = f"CA{number}{racer}"
            assert b"Conference" in offers.accept_by_phone(board, offer.id, leg, f"key-{leg}")
            with shared.read() as rows:
                return rows.offers.get(offer.id).call_id

        taken = [call_id for results in race(database_url, ROUNDS, press) for call_id in results]
        clock.sweep(town.board)
        with town.store.read() as rows:
            calls = {call_id: rows.calls.get(call_id) for call_id in taken}
            desks = {desk.person_id: desk for desk in rows.desks.all()}
    assert len(calls) == ROUNDS * RACERS, "nobody was given to two"
    assert {call.stage for call in calls.values()} == {Stage.CONNECTING}
    for call in calls.values():
        desk = desks[call.clinician_id]
        assert (desk.state, desk.call_id) == ("connecting", call.id)


def test_a_yes_by_phone_said_twice_has_one_answer(database_url, a_call, an_offer, a_person):
    with Town.opened(database_url) as town:
        made = staffed(town, a_call, an_offer, a_person)

        def press(shared, number, _racer):
            board = replace(town.board, store=shared, wake=lambda: None)
            offer = made[number, 0]
            fields = {"Digits": "1", "CallSid": f"CA{number}"}
            return phones.pressed(board, offer.id, fields, f"key-{number}")

        for number, results in enumerate(race(database_url, ROUNDS, press)):
            assert set(results) == {results[0]}, results
            with town.store.read() as rows:
                call_id = rows.offers.get(made[number, 0].id).call_id
                told = [line.event for line in rows.journal.of(call_id)]
            assert told == ["OfferAccepted", "ClinicianArrived"]
