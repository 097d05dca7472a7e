"""What is the shortest story that still goes wrong in the same way, and how does it read?"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from chaos.simulation_company import NOBODY, told_company
from chaos.simulation_story import CallerPart, ClinicianPart, Story, Trouble

TRIES_MAX = 200
Fails = Callable[[Story], bool]


def shortest(story: Story, fails: Fails) -> Story:
    """Leave out whatever may be left out: people, faults, keys, habits."""
    tries = 0
    shorter = True
    while shorter and tries < TRIES_MAX:
        shorter = False
        for candidate in _shorter(story):
            tries += 1
            if fails(candidate):
                story, shorter = candidate, True
                break
            if tries >= TRIES_MAX:
                break
    return story


def _shorter(story: Story) -> Iterator[Story]:
    """Every story with one thing less, the largest things first."""
    yield from _fewer(story)
    yield from _less_company(story)
    for name in story.database:
        yield replace(story, database=_less(story.database, name))
    for n, caller in enumerate(story.callers):
        for plainer in _plainer_caller(caller):
            yield replace(story, callers=_with(story.callers, n, plainer))
    for n, person in enumerate(story.clinicians):
        for tamer in _tamer(person):
            yield replace(story, clinicians=_with(story.clinicians, n, tamer))
    for name, plain in (("partner", "answers"), ("dispatcher", "presses")):
        if getattr(story, name) != plain:
            yield replace(story, **{name: plain})


def _fewer(story: Story) -> Iterator[Story]:
    for name in ("callers", "clinicians", "troubles"):
        parts = getattr(story, name)
        for n in range(len(parts)):
            if name != "callers" or len(parts) > 1:
                yield replace(story, **{name: _without(parts, n)})
    if story.faults:
        yield replace(story, faults={})
    for name in story.faults:
        if name != "delay_seconds_max":
            yield replace(story, faults=_less(story.faults, name))


def _less_company(story: Story) -> Iterator[Story]:
    company = story.company
    if company.anybody:
        yield replace(story, company=NOBODY)
    for name in ("moves", "supervised"):
        parts = getattr(company, name)
        for n in range(len(parts)):
            yield replace(story, company=replace(company, **{name: _without(parts, n)}))


def _plainer_caller(caller: CallerPart) -> Iterator[CallerPart]:
    for n in range(len(caller.keys)):
        yield replace(caller, keys=_without(caller.keys, n))
    if caller.hangs_up_at is not None:
        yield replace(caller, hangs_up_at=None)
    if caller.when_rung != "answers":
        yield replace(caller, when_rung="answers")


def _tamer(person: ClinicianPart) -> Iterator[ClinicianPart]:
    plain = ClinicianPart(person.name, person.tier)
    for name in ("cell", "answers", "promises", "just_hangs_up", "languages"):
        if getattr(person, name) != getattr(plain, name):
            yield replace(person, **{name: getattr(plain, name)})


def _without(parts: tuple, n: int) -> tuple:
    return parts[:n] + parts[n + 1 :]


def _with(parts: tuple, n: int, part: object) -> tuple:
    return (*parts[:n], part, *parts[n + 1 :])


def _less(faults: dict[str, float], name: str) -> dict[str, float]:
    left = {key: chance for key, chance in faults.items() if key != name}
    return {} if list(left) == ["delay_seconds_max"] else left


# -- reading it -------------------------------------------------------------------------------


def told(story: Story) -> str:
    """The story in words, one thing a line."""
    lines = [f"Seed {story.seed}, {story.start}."]
    lines += [_caller(caller) for caller in sorted(story.callers, key=lambda one: one.at)]
    lines += [_clinician(person) for person in story.clinicians]
    lines += [f"The partner line {story.partner}; the dispatcher {story.dispatcher}."]
    lines += [f"When our answer fails, the carrier asks {story.last_resort}."]
    for name, chance in story.faults.items():
        per = "at most" if name.endswith("_max") else "of the requests:"
        lines.append(f"Carrier: {name} {per} {chance:g}")
    lines += [
        f"Database: {name}, {chance:.1%} of the transactions"
        for name, chance in story.database.items()
    ]
    lines += told_company(story.company)
    lines += [_trouble(trouble) for trouble in story.troubles]
    return "\n".join(f"  {line}" for line in lines)


def _caller(caller: CallerPart) -> str:
    keys = "".join(f", presses {keys} after {at:g} s" for at, keys in caller.keys)
    stays = caller.hangs_up_at is None
    end = "stays" if stays else f"hangs up {caller.hangs_up_at:g} s after arriving"
    shown = caller.shown or "no number at all"
    rung = "" if caller.when_rung == "answers" else f"; rung back: {caller.when_rung}"
    return f"{caller.at:6.2f} s: {shown} calls {caller.line}{keys}, {end}{rung}."


def _clinician(person: ClinicianPart) -> str:
    parts = [f"{person.name}: {person.tier or 'not on call'}, speaks {'/'.join(person.languages)}"]
    if person.desk:
        parts.append(f"at the desk ({', '.join(person.answers)} after {person.reacts_after:g} s)")
    if person.cell:
        parts.append(f"cell phone: {person.cell}")
    parts.append(f"talks {person.talks_for:g} s{' and hangs up' if person.just_hangs_up else ''}")
    if person.promises:
        parts.append(f"promises a follow-up: {person.promises}")
    return "; ".join(parts) + "."


def _trouble(trouble: Trouble) -> str:
    amount = f" {trouble.amount:g}" if trouble.amount else ""
    return f"{trouble.at:6.2f} s: {trouble.kind} {trouble.who}{amount}".rstrip() + "."
