"""Which mistakes would each invariant of the simulation notice, were they made?

Each is planted in a house of its own; the stories are told there until that invariant breaks. The
seed is the first that told it when it was planted; after a change to the house another may.
"""

from typing import NamedTuple


class Plant(NamedTuple):
    """One mistake: in this file, `right` would be `wrong`; this seed's story shows it."""

    file: str
    right: str
    wrong: str
    seed: int = 0


PLANTED: dict[int, Plant] = {
    0: Plant("switchboard/errands.py", '    if sid.startswith("CA"):', "    if sid.startswith(0):"),
    1: Plant(
        "ivr/waiting.py",
        "    return Step(passed, (), errands)",
        "    return Step(replace(call, deadline_at=None), (), errands)",
        seed=20,
    ),
    2: Plant(
        "ivr/waiting.py", "stay, Bed(5), *ways, Bed(5))", "stay, Bed(25), *ways, Bed(5))", seed=5
    ),
    3: Plant("switchboard/voice.py", "    return tuple(offered)", "    return ()", seed=138),
    4: Plant(
        "switchboard/candidates.py",
        "phone=bool(person.phone) and not busy and not ready,",
        "phone=bool(person.phone),",
        seed=31,
    ),
    5: Plant("switchboard/phones.py", 'if key(fields) != "1":', 'if key(fields) == "9":', seed=32),
    6: Plant(
        "switchboard/offline.py",
        '            screen=f"/voice/offline/screen/{line.id}",\n',
        "",
        seed=341,
    ),
    7: Plant(
        "ivr/talking.py",
        "    if event.hung_up:\n        return hang_up(call, event)\n    return requeue",
        "    if True:\n        return hang_up(call, event)\n    return requeue",
        seed=16,
    ),
    8: Plant(
        "storage/offers.py",
        "        return won == 1\n",
        "        late = update(offers).where(offers.c.id == offer_id)\n"
        "        late = late.values(state='accepted', settled_at=now, call_id=call_id)\n"
        "        return won == 1 or self._change(late) == 1\n",
        seed=13,
    ),
    9: Plant(
        "routing/line.py", "call.line_since, call.id))", "call.line_since, call.id), reverse=True)"
    ),
    10: Plant("switchboard/calls.py", "hop=step.call.hop + 1", "hop=1"),
    11: Plant(
        "switchboard/calls.py",
        '''lock(rows)
            if seen:
                return before or b""''',
        '''lock(rows)
            if seen:
                return b""''',
    ),
    12: Plant(
        "door/entrance.py",
        "    if not signature.valid(",
        "    if False and not signature.valid(",
        seed=1,
    ),
    13: Plant(
        "switchboard/errands.py",
        "        if errand.kind in evidence.HARMLESS_TWICE:",
        "        if True:",
        seed=13,
    ),
    14: Plant(
        "switchboard/followups.py",
        "    _put_back(board, rows, offer, now + timedelta(seconds=REST_SECONDS))",
        "    return",
        seed=3,
    ),
    15: Plant(
        "callbacks/window.py",
        "    return instant(midnight + hours[0], zone), instant(midnight + hours[1], zone)",
        '    return instant(midnight + hours[0], "UTC"), instant(midnight + hours[1], "UTC")',
        seed=60,
    ),
    16: Plant(
        "ivr/calling.py",
        "    return Step(call, resume(call), occupy(call))\n\n\ndef unreached",
        "    from ivr.replies import Say\n\n"
        '    return Step(call, (Say("greeting"), *resume(call)), occupy(call))\n\n\ndef unreached',
        seed=13,
    ),
    17: Plant(
        "telephony/twiml.py", '        waitMethod="POST",', '        waitMethod="GET",', seed=16
    ),
    18: Plant(
        "switchboard/promises.py",
        """        rows.audit.write(person_id, "followup.scheduled", f"followup:{followup.id}", facts, now)""",
        "        len(facts)",
    ),
    19: Plant(
        "console/records.py",
        "        call.clinician_id == person.id or is_with_them(rows, person, call)",
        "        call.clinician_id or is_with_them(rows, person, call)",
    ),
    20: Plant(
        "switchboard/phones.py",
        "call, event(call, board.now()), inbox_key)\n    board.wake()\n    return document\n",
        "call, event(call, board.now()), inbox_key)\n"
        "    with board.store.read() as rows:\n"
        "        them = rows.followups.get(call.followup_id or '')\n"
        "    board.wake()\n"
        """    return document.replace(b"<Dial", f"<Say>{them.name}</Say><Dial".encode(), 1)\n""",
        seed=10,
    ),
    21: Plant(
        "switchboard/roster_book.py",
        "    return _book(heading.digest, read)",
        '    return _book("the first", read)',
        seed=5,
    ),
    22: Plant(
        "storage/desks.py",
        "timedelta(seconds=unheard_seconds)",
        "timedelta(minutes=unheard_seconds)",
        seed=31,
    ),
    23: Plant(
        "switchboard/offline.py",
        "    return offline_notes.append(board, told)",
        "    return bool(told)",
        seed=3,
    ),
    24: Plant(
        "telephony/twiml.py",
        '"Redirect", f"{base_url}/voice/{sound}"',
        '"Redirect", f"http://sounds.example.org/voice/{sound}"',
    ),
    25: Plant(
        "switchboard/errands.py",
        "    sid = _ring(board, call, person.phone,",
        "    with board.store.begin(): sid = _ring(board, call, person.phone,",
        seed=1,
    ),
    26: Plant(
        "switchboard/calls.py",
        "        return rows.calls.due(board.now(), limit)",
        "        return []",
        seed=1,
    ),
}

# Of those who come into a talk: which invariant, by which mistake.
OF_COMPANY: dict[str, tuple[int, Plant]] = {
    "who was sent away stays": (
        4,
        Plant(
            "ivr/guests.py",
            "    legs = (one.leg for one in gone if one.id != named)",
            "    legs = (one.leg for one in gone if one.id == named)",
            seed=733,
        ),
    ),
    "a supervisor is heard by more than the screen says": (
        4,
        Plant(
            "switchboard/supervising.py",
            "    if call and dialled and dialled.leg:",
            "    if call and dialled and dialled.here:",
            seed=170,
        ),
    ),
}

HASHED = Plant(
    "routing/offers.py",
    "key=lambda p: (_stamp(p.active_at, recent=True), p.person_id))",
    "key=lambda p: hash(p.person_id))",
    seed=9,
)
