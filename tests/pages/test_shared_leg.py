"""Does the desk say that the dispatcher hears it, and what to do when their line ends?"""

from ivr.call import Ended


def path(call):
    return f"/calls/{call.id}/shared-leg"


def test_the_desk_says_that_the_dispatcher_hears_it(house, visitor):
    call = house.talking("ana")
    ana = visitor("ana")
    assert visitor("ben").post(path(call), shared="yes").status_code == 404
    assert 'aria-checked="false"' in ana.get("/desk").text
    assert "Bring the 911 dispatcher back" in ana.get("/desk").text
    said = ana.post(path(call), headers={"HX-Request": "true"}, shared="yes").text
    assert 'aria-checked="true"' in said
    assert "The dispatcher hears you both" in said
    assert "Bring the 911 dispatcher back" not in said
    assert "dispatcher on the caller" in visitor("sol").get("/board").text
    house.waits(seconds=30)
    assert ana.post(path(call), shared="no").status_code == 303
    assert "The dispatcher hears you both" not in ana.get("/desk").text
    assert "Dispatcher on this line" in ana.get(f"/records/{call.id}").text


def test_the_wrap_up_says_that_the_caller_may_be_with_911(house, visitor):
    house.talking("ana", "wrap_up", ended_reason=Ended.WITH_911, shared_since=house.at)
    assert "the caller may be with 911" in visitor("ana").get("/desk").text
