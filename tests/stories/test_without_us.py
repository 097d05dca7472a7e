"""This whole machine is gone: do the documents that the carrier keeps for us reach a person?"""

from collections.abc import Callable, Iterable

import pytest
from town import BASE, PARTNER, RIVERTON, Caller, Town

from emulator import WsgiTransport
from emulator.timeline import first_sound
from ivr.call import Stage
from switchboard.fallback import Part
from telephony.lastresort import Hosted

HOST = "http://bins.example.org"
BEN, CLEO = "+13145550121", "+13145550122"


def hosted(documents: dict[str, str]) -> Callable[..., Iterable[bytes]]:
    """A host of static documents, which knows nothing of us."""

    def app(environ: dict, start_response: Callable) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [documents[environ["PATH_INFO"]].encode()]

    return app


def gone(_environ: dict, start_response: Callable) -> Iterable[bytes]:
    start_response("502 Bad Gateway", [("Content-Type", "text/html")])
    return [b"no application"]


def keeps_documents(town: Town, method: str) -> dict[str, Callable[..., Iterable[bytes]]]:
    """The three documents are hosted beside us, Ben and Cleo in them."""
    line = town.board.book.lines["riverton"]
    where = Hosted(f"{HOST}/screen", f"{HOST}/accept", method)
    parts = {
        f"/{name}": Part(town.board.prompts, line, name, (BEN, CLEO), where).written()
        for name in ("line", "screen", "accept")
    }
    voice = town.twilio.numbers[RIVERTON].voice
    voice.voice_fallback_url, voice.voice_fallback_method = f"{HOST}/line", method
    return {BASE: town.app, HOST: hosted(parts)}


@pytest.fixture(params=["POST", "GET"])
def alone(request: pytest.FixtureRequest, quick_town: Town) -> Town:
    """Nothing of ours answers."""
    hosts = keeps_documents(quick_town, request.param)
    quick_town.twilio.transport = WsgiTransport(hosts | {BASE: gone}, quick_town.clock)
    return quick_town


def away_for(town: Town, hosts: dict[str, Callable[..., Iterable[bytes]]], seconds: float) -> None:
    """Nothing of ours answers for so long, then all does."""
    town.twilio.transport = WsgiTransport(hosts | {BASE: gone}, town.clock)
    town.waits(seconds=seconds)
    town.twilio.transport = WsgiTransport(hosts, town.clock)


def heard_always(caller: Caller) -> bool:
    sound = first_sound(caller.leg)
    return sound is not None and sound <= 4 and not caller.silences


def test_voicemail_is_not_bridged_and_whoever_presses_a_key_is(alone: Town) -> None:
    town, ben, cleo = alone, alone.phone(BEN), alone.phone(CLEO)
    ben.voicemail(after=12)
    cleo.answers(after=5).then_presses("1", after=4)
    caller = town.transfers_from_911()
    town.until(lambda: cleo.in_call and cleo.leg.heard[-1].kind == "bridge", seconds=90)
    assert ben.hears("Press one"), "its voicemail was asked, and could not press"
    assert not any(one.kind == "bridge" for one in ben.legs[-1].heard)
    assert not cleo.hears("Riverton"), "nothing about any caller before the key"
    town.waits(seconds=60)
    assert heard_always(caller)


def test_the_partner_is_next_when_nobody_presses(alone: Town) -> None:
    town, partner = alone, alone.phone(PARTNER)
    town.phone(BEN).answers(after=3).then_hangs_up(after=2)
    town.phone(CLEO).is_busy()
    partner.answers(after=3)
    caller = town.transfers_from_911()
    town.until(lambda: partner.in_call, seconds=60)
    assert heard_always(caller)


def test_it_goes_on_for_as_long_as_the_caller_does(alone: Town) -> None:
    town, partner = alone, alone.phone(PARTNER)
    town.phone(BEN).is_busy()
    town.phone(CLEO).voicemail(after=10)
    partner.is_busy()
    caller = town.transfers_from_911()
    town.waits(minutes=15)
    assert caller.leg.live
    assert heard_always(caller)
    assert caller.text.count("call or text 988") > 10
    partner.answers(after=3)
    town.until(lambda: partner.in_call, seconds=120)


def test_who_was_bridged_and_left_is_not_the_end(alone: Town) -> None:
    town, ben, cleo = alone, alone.phone(BEN), alone.phone(CLEO)
    ben.answers(after=3).then_presses("1", after=4).then_hangs_up(after=30)
    cleo.answers(after=3).then_presses("1", after=4)
    caller = town.transfers_from_911()
    town.until(lambda: cleo.in_call and cleo.leg.heard[-1].kind == "bridge", seconds=120)
    assert heard_always(caller)


def test_a_caller_whom_the_document_took_is_fetched_back(quick_town: Town) -> None:
    town, ana = quick_town, quick_town.clinician("Ana")
    hosts = keeps_documents(town, "POST")
    town.phone(PARTNER).is_busy()
    ana.goes_on_duty()
    caller = town.transfers_from_911()
    town.waits(seconds=10)
    away_for(town, hosts, seconds=40)
    rung = [leg.to for leg in town.twilio.legs.values() if leg.parent is caller.leg]
    assert rung == [BEN], "the document rang on our behalf"
    queue = next(iter(town.twilio.queues.values()))
    town.until(lambda: bool(queue.members), seconds=120)
    town.until(lambda: caller.call.laps > 1, seconds=40)
    assert caller.leg.live
    assert heard_always(caller)


def test_a_caller_who_talks_there_is_left_alone(quick_town: Town) -> None:
    town, ben = quick_town, quick_town.phone(BEN)
    hosts = keeps_documents(town, "POST")
    ana = town.clinician("Ana").goes_on_duty()
    ben.answers(after=4).then_presses("1", after=4)
    caller = town.transfers_from_911()
    town.waits(seconds=10)
    away_for(town, hosts, seconds=60)
    assert ben.in_call
    town.waits(minutes=3)
    assert ben.in_call
    assert caller.stage is Stage.PARTNER
    assert not ana.is_offered
    ben.hangs_up()
    town.until(lambda: caller.stage is Stage.WAITING, seconds=120)
    assert heard_always(caller)


def test_a_caller_who_was_moved_still_has_the_document(quick_town: Town) -> None:
    """The move into the conversation names a fallback too, and it must not be this machine."""
    town, ben = quick_town, quick_town.phone(BEN)
    hosts = keeps_documents(town, "POST")
    book = town.board.book
    line = book.lines["riverton"].model_copy(update={"last_resort_url": f"{HOST}/line"})
    book = book.model_copy(update={"lines": {**book.lines, "riverton": line}})
    object.__setattr__(town.board, "book", book)
    ana = town.clinician("Ana").goes_on_duty()
    ben.answers(after=4).then_presses("1", after=4)
    caller = town.transfers_from_911()
    town.waits(seconds=3)
    ana.accepts()
    town.until(lambda: caller.stage is Stage.TALKING, seconds=5)
    town.twilio.transport = WsgiTransport(hosts | {BASE: gone}, town.clock)
    ana.leg.hang_up()
    town.until(lambda: ben.in_call, seconds=90)
    assert caller.leg.live
    assert heard_always(caller)
