"""How long do recordings last, and when are they fetched again?"""

import pytest
from wire.emulator_town import Town


@pytest.fixture
def town():
    return Town()


def one_second_wav():
    header = b"RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    header += (8000).to_bytes(4, "little") * 2 + b"\x01\x00\x08\x00data"
    return header + (8000).to_bytes(4, "little") + bytes(8000)


def test_play_takes_its_length_from_the_recording(town):
    """Twilio: <Play>, loop."""
    town.on("/bed.wav", (200, {"Content-Type": "audio/wav"}, one_second_wav()))
    leg = town.calls("<Play loop='3'>/bed.wav</Play><Play>/bed.wav</Play>", 20)
    assert [one.seconds for one in leg.heard if one.kind == "play"] == [3.0, 1.0]


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [
        ({}, [200, 200]),  # nothing says that it may be used again
        ({"ETag": '"a"'}, [200, 304]),
        ({"Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}, [200, 304]),
        ({"ETag": '"a"', "Cache-Control": "public, max-age=3600"}, [200]),
        ({"ETag": '"a"', "Cache-Control": "no-cache, max-age=3600"}, [200, 304]),
        ({"ETag": '"a"', "Cache-Control": "no-store"}, [200, 200]),
    ],
)
def test_audio_is_cached_as_its_headers_say(town, headers, statuses):
    """Twilio: TwiML for Voice, caching: GET by ETag and Last-Modified."""

    def answer(asked):
        known = {"IF_NONE_MATCH", "IF_MODIFIED_SINCE"} & set(asked.headers)
        if known:
            return (304, headers, b"")
        return (200, {"Content-Type": "audio/wav", **headers}, one_second_wav())

    town.on("/bed.wav", answer)
    leg = town.calls("<Play>/bed.wav</Play><Play>/bed.wav</Play>", 20)
    assert [one.seconds for one in leg.heard if one.kind == "play"] == [1.0, 1.0]
    asked = [one.status for one in town.emulator.timeline.exchanges if one.kind == "audio"]
    assert asked == statuses


def test_a_cached_recording_that_changed_is_heard_anew(town):
    """Twilio: TwiML for Voice, caching."""
    sizes = iter([16_000, 32_000])
    audio = {"Content-Type": "audio/mpeg", "ETag": '"new every time"'}
    town.on("/bed.mp3", lambda _: (200, audio, bytes(next(sizes))))
    leg = town.calls("<Play>/bed.mp3</Play><Play>/bed.mp3</Play>", 20)
    assert [one.seconds for one in leg.heard if one.kind == "play"] == [1.0, 2.0]


def test_a_post_is_never_cached(town):
    """Twilio: TwiML for Voice, caching."""
    document = "<Response><Say>Hello</Say></Response>"
    marked = {"Content-Type": "text/xml", "ETag": '"a"', "Cache-Control": "max-age=3600"}
    for _ in range(2):
        town.calls((200, marked, document), 5)
    assert len(town.asked("/voice")) == 2


def test_a_recording_that_cannot_be_had_is_fatal(town):
    """Twilio: <Play>; errors 13420 and 13325 for what is not audio, 11200 for what is not there."""
    town.on("/page", (200, {"Content-Type": "text/html"}, "not a sound"))
    within = "<Gather><Play>/page</Play></Gather>"
    for play, code in (
        ("<Play>/page</Play>", 13420),
        (within, 13325),
        ("<Play>/nothing</Play>", 11200),
    ):
        town.calls(f"{play}<Say>never reached</Say>", 10)
        assert town.codes[-1] == code
        assert not town.caller.hears("never reached")
