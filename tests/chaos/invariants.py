"""The net: who looks after every event whether something is wrong that must never be?

The numbers are those of the specification's invariants; 0 is ours: nothing may go wrong that
nobody planned. Each invariant says when it looks: after a commit (`rows`), after every event
(`event`), at a sound or a status of a leg, at a webhook's answer, at a request to the carrier, and
when a phase is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from chaos.simulation_town import SimulatedTown

HOOKS = ("rows", "event", "sound", "status", "answered", "asks", "phase")


class Violation(Exception):
    """Invariant `number` does not hold, and why."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"invariant {number}: {why}")
        self.number, self.why = number, why


class Invariant:
    """One of them, watching one town."""

    number: ClassVar[int]
    every: ClassVar[list[type[Invariant]]] = []

    def __init_subclass__(cls) -> None:
        Invariant.every.append(cls)

    def __init__(self, town: SimulatedTown, net: Net) -> None:
        self.town, self.net = town, net
        self.twilio, self.mirror = town.twilio, town.mirror
        self.starts()

    def starts(self) -> None:
        """What it remembers between two looks."""

    def broken(self, why: str) -> None:
        """Raised at the next safe moment: our own code must not be able to swallow it."""
        self.net.found.append(Violation(self.number, why))

    @property
    def elapsed(self) -> float:
        return self.town.clock.elapsed


class Net:
    """All invariants of one town."""

    def __init__(self, only: frozenset[int] | None = None) -> None:
        self.only = only
        self.found: list[Violation] = []
        self.events = 0
        self.hooks: dict[str, list[Any]] = {name: [] for name in HOOKS}

    def watch(self, town: SimulatedTown) -> None:
        import chaos.invariants_callers
        import chaos.invariants_carrier
        import chaos.invariants_end
        import chaos.invariants_line
        import chaos.invariants_people
        import chaos.invariants_promises  # noqa: F401

        self.town = town
        for kind in Invariant.every:
            if self.only is not None and kind.number not in self.only:
                continue
            one = kind(town, self)
            for name in HOOKS:
                hook = getattr(one, name, None)
                if hook is not None:
                    self.hooks[name].append(hook)
        town.clock.after = self.after
        town.twilio.on_sound(self.sound)
        town.twilio.on_status(self.status)

    def after(self) -> None:
        """Look, after every single event."""
        self.events += 1
        self.looks()
        for hook in self.hooks["event"]:
            hook()
        if self.found:
            raise self.found[0]

    def looks(self) -> None:
        """The rows as of the last commit; then the people, whose pages show them."""
        mirror = self.town.mirror
        if not mirror.is_new:
            return
        for hook in self.hooks["rows"]:
            hook()
        changed = set(mirror.changed)
        mirror.settle()
        if not changed.isdisjoint(("offers", "desks")):
            for person in self.town.people.values():
                person.looks()

    def sound(self, change: Any) -> None:
        for hook in self.hooks["sound"]:
            hook(change.leg, change.item)

    def status(self, leg: Any) -> None:
        for hook in self.hooks["status"]:
            hook(leg)

    def answered(self, request: Any, answer: Any, spent: float) -> None:
        for hook in self.hooks["answered"]:
            hook(request, answer, spent)

    def asks(self, process: Any, method: str, url: str, form: dict[str, Any]) -> None:
        for hook in self.hooks["asks"]:
            hook(process, method, url, form)

    def phase(self, name: str) -> None:
        self.looks()
        for hook in self.hooks["phase"]:
            hook(name)
        if self.found:
            raise self.found[0]
