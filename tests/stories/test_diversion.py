"""A 911 transfer reaches an on-call clinician: the main journey, and each way it can go."""

from town import PARTNER, Town

from ivr.call import Ended, Stage


def test_a_blind_transfer_is_answered_talked_and_wrapped_up(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.until(lambda: ana.is_offered, seconds=0.5)  # with the first webhook, not after the words
    assert ana.cards[0].line_name == "Riverton 911"
    town.waits(seconds=2)
    accepted = ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=1.5)
    assert caller.hears("Here's a counselor")
    assert ana.desk == "talking"
    town.waits(minutes=5)
    ana.ends(accepted.call_id)
    town.waits(seconds=5)
    assert caller.call.ended_reason is Ended.CLINICIAN_ENDED
    assert not caller.leg.live
    assert caller.hears("goodbye")
    assert ana.desk == "wrap_up"
    assert not caller.silences
    assert not town.surprises(accepted.call_id)


def test_offers_go_to_two_then_to_all_and_exactly_one_wins(town: Town) -> None:
    everybody = [town.clinician(name).goes_on_duty() for name in ("Ana", "Ben", "Cleo", "Dev")]
    caller = town.transfers_from_911()
    town.waits(seconds=1)
    assert sum(one.is_offered for one in everybody) == 2
    town.waits(seconds=7)
    assert sum(one.is_offered for one in everybody) == 4
    everybody[3].accepts()
    assert not any(one.is_offered for one in everybody), "the others' screens clear"
    town.until(lambda: caller.stage is Stage.TALKING, seconds=1.5)
    states = [offer.state for offer in town.offers_of(caller.call.id)]
    assert sorted(states) == ["accepted", "cancelled", "cancelled", "cancelled"]


def test_a_missed_offer_pauses_and_the_backup_phone_takes_the_call(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    town.clinician("Ben", "backup", phone="+13145550121")
    ben = town.phone("+13145550121")
    ben.answers(after=4).then_presses("1", after=3)
    caller = town.transfers_from_911()
    town.until(lambda: ana.desk == "paused", seconds=25)
    town.until(lambda: caller.stage is Stage.TALKING, seconds=45)
    assert ben.hears("Press one")
    assert not ben.hears("Riverton"), "nothing about any caller before they press"
    assert not caller.silences


def test_voicemail_never_takes_a_call_and_the_partner_line_is_the_last_rung(town: Town) -> None:
    town.clinician("Ben", "backup", phone="+13145550121")
    town.phone("+13145550121").voicemail(after=5)
    partner = town.phone(PARTNER)
    partner.answers(after=3)
    caller = town.transfers_from_911()
    town.until(lambda: partner.in_call, seconds=120)
    assert caller.stage is Stage.PARTNER
    town.waits(minutes=3)
    caller.hangs_up()
    town.waits(seconds=3)
    assert caller.call.ended_reason is Ended.PASSED_ON
    assert not caller.silences


def test_nobody_on_call_reaches_the_partner_at_once(town: Town) -> None:
    town.phone(PARTNER).answers(after=2)
    caller = town.transfers_from_911()
    town.until(lambda: town.phone(PARTNER).in_call, seconds=20)
    assert caller.hears("the statewide line")
    assert not caller.silences
    assert [task.kind for task in town.tasks()] == ["nobody_on_call"]


def test_a_partner_who_does_not_answer_gives_the_caller_back_to_us(town: Town) -> None:
    town.phone(PARTNER).is_busy()
    caller = town.transfers_from_911()
    town.until(lambda: caller.hears("They did not answer"), seconds=60)
    ana = town.clinician("Ana").goes_on_duty()
    town.until(lambda: ana.is_offered, seconds=5)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=3)
    assert any(task.kind == "partner_failed" for task in town.tasks())


def test_everyone_busy_the_caller_hears_the_truth_and_is_answered_when_one_is_free(
    town: Town,
) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    first = town.transfers_from_911()
    town.waits(seconds=2)
    accepted = ana.accepts()
    town.until(lambda: first.stage is Stage.TALKING, seconds=2)
    second = town.transfers_from_911(shown="+13145550151")
    town.waits(seconds=1)
    third = town.transfers_from_911(shown="+13145550152")
    town.waits(seconds=40)
    for waiting in (second, third):
        assert waiting.leg.live
        assert not waiting.silences
    assert second.hears("Everyone is helping someone. You are next.")
    assert third.hears("Everyone is helping someone. You are number 2.")
    ana.ends(accepted.call_id)
    town.waits(seconds=2)
    ana.wraps_up()
    town.until(lambda: ana.is_offered, seconds=1)
    ana.accepts()
    town.until(lambda: second.stage is Stage.TALKING, seconds=2)
    assert third.stage is Stage.WAITING


def test_a_clinicians_lost_browser_is_not_a_lost_call(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    ben = town.clinician("Ben").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    ana.browser_dies()
    town.until(lambda: caller.hears("We were cut off"), seconds=60)
    assert caller.leg.live
    town.until(lambda: ben.is_offered, seconds=30)
    ben.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    assert caller.call.clinician_id == "ben"
    assert caller.call.cut_offs == 1


def test_the_caller_hangs_up_while_it_rings(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=3)
    assert ana.is_offered
    caller.hangs_up()
    town.until(lambda: not ana.is_offered, seconds=2)
    assert caller.call.ended_reason is Ended.CALLER_LEFT
    assert ana.desk == "available"


def test_the_caller_hangs_up_while_the_clinician_connects(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=3)
    accepted = offers_accept(ana)
    caller.hangs_up()
    town.waits(seconds=1)
    ana.leg = ana.softphone.connects("APe0e0e0e0e0e0e0e00000000000000001", accepted.connect)
    town.waits(seconds=5)
    assert ana.desk == "available"
    assert not ana.leg.live


def offers_accept(clinician):
    from switchboard import offers

    return offers.accept(clinician.town.board, clinician.cards[0].offer_id, clinician.id)


def test_the_caller_hangs_up_while_talking(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=2)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    caller.hangs_up()
    town.waits(seconds=2)
    assert caller.call.ended_reason is Ended.CALLER_ENDED
    assert ana.desk == "wrap_up"
    assert not ana.leg.live


def test_spanish_by_key_two_in_the_greeting(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=3)
    caller.presses("2")
    town.until(lambda: caller.hears("Quédese conmigo"), seconds=10)
    assert caller.call.language == "es"


def test_the_caller_chooses_to_be_called_back_and_is(town: Town) -> None:
    ana = town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=12)
    caller.presses("1")
    town.waits(seconds=3)
    caller.presses("1")
    town.until(lambda: not caller.leg.live, seconds=20)
    assert caller.call.ended_reason is Ended.CALLBACK
    town.until(lambda: ana.is_offered, seconds=5)
    assert ana.cards[0].kind == "followup"
    caller.phone.answers(after=3)
    ana.accepts()
    town.until(lambda: caller.phone.in_call, seconds=15)


def test_a_withheld_number_is_served_and_cannot_be_called_back(town: Town) -> None:
    town.clinician("Ana").goes_on_duty()
    caller = town.transfers_from_911(shown="anonymous")
    town.waits(seconds=12)
    assert caller.call.number_shown is None
    caller.presses("1")
    town.until(lambda: caller.hears("cannot see your number"), seconds=10)
    assert caller.leg.live


def test_the_line_stays_honest_for_twenty_minutes_with_nobody_there(
    sqlite_database: str,
) -> None:
    """On one database: what is long here is the wait, not the rows."""
    with Town.opened(sqlite_database) as town:
        town.phone(PARTNER).is_busy()
        caller = town.transfers_from_911()
        town.waits(minutes=20)
        assert caller.leg.live
        assert not caller.silences


def test_a_warm_transfer_is_one_leg_and_its_headers_are_on_the_card(town: Town) -> None:
    """The dispatcher speaks first, then drops: on the telephone network both are one leg."""
    ana = town.clinician("Ana").goes_on_duty()
    headers = {"X-Emergency-IncidentId": "R-2026-118", "X-PSAP-Id": "riverton"}
    caller = town.transfers_from_911(sip_headers=headers)
    town.waits(seconds=1)
    assert ana.cards[0].sip == {"x-emergency-incidentid": "R-2026-118", "x-psap-id": "riverton"}
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=2)
    caller.leg.speak("I have the counselor for you now.")
    town.waits(minutes=1)
    assert caller.stage is Stage.TALKING
    assert not town.surprises(caller.call.id)
