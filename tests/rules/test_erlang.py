"""Is Erlang-A right? Published values, Erlang-C at its limit, a chain solved, and a simulation."""

import heapq
from math import factorial
from random import Random

import pytest

from routing.erlang import Load, abandoned, answered_within, needed

# 100 calls in half an hour, three minutes each: the textbooks' ten erlangs.
TEN = Load(200, 180)


@pytest.mark.parametrize(
    ("people", "published"), [(11, 0.389), (12, 0.640), (13, 0.795), (14, 0.888)]
)
def test_published_values_of_erlang_c(people, published):
    assert answered_within(TEN, people, 20) == pytest.approx(published, abs=0.001)


def erlang_c(load, people, seconds):
    """The formula as the books print it, with factorials."""
    a = load.erlangs
    full = a**people / factorial(people) * people / (people - a)
    waits = full / (sum(a**k / factorial(k) for k in range(people)) + full)
    return 1 - waits * 2.718281828459045 ** (-(people - a) * seconds / load.handle_seconds)


@pytest.mark.parametrize("seconds", [0, 5, 20, 120])
@pytest.mark.parametrize(
    ("rate", "handle", "people"), [(12, 1080, 4), (12, 1080, 6), (1.5, 1380, 1), (90, 600, 17)]
)
def test_with_endless_patience_it_is_erlang_c(rate, handle, people, seconds):
    expected = erlang_c(Load(rate, handle), people, seconds)
    assert answered_within(Load(rate, handle), people, seconds) == pytest.approx(expected, abs=1e-7)
    nearly = Load(rate, handle, 1e9)
    assert answered_within(nearly, people, seconds) == pytest.approx(expected, abs=1e-4)
    assert abandoned(Load(rate, handle), people) == 0


def test_a_line_that_grows_without_end_answers_nobody_and_impatience_saves_it():
    assert answered_within(Load(12, 1080), 3, 20) == 0
    assert 0 < answered_within(Load(12, 1080, 400), 3, 20) < 1


CRISIS = Load(12, 1080, 400)  # twelve calls an hour of eighteen minutes; patience 400 s


def test_three_ways_measured_before_agree():
    """By a recurrence, by Ciw and by a simulator: 76.57 % in 20 s, 10.75 % gave up."""
    assert answered_within(CRISIS, 5, 20) == pytest.approx(0.7657, abs=0.0005)
    assert abandoned(CRISIS, 5) == pytest.approx(0.1075, abs=0.0005)


@pytest.mark.parametrize(
    ("load", "people"), [(CRISIS, 3), (CRISIS, 6), (Load(60, 300, 60), 4), (Load(2, 1400, 900), 1)]
)
def test_who_gives_up_by_a_chain_that_is_solved(load, people):
    """The birth and death chain by plain multiplication; answered or given up, nobody is lost."""
    arrivals, theta = load.calls_per_hour / 3600, 1 / load.patience_seconds
    chance, mass, waiting = 1.0, 1.0, 0.0
    for state in range(1, 3000):
        leaving = min(state, people) / load.handle_seconds + max(0, state - people) * theta
        chance *= arrivals / leaving
        mass += chance
        waiting += max(0, state - people) * chance
    expected = theta * waiting / mass / arrivals
    assert abandoned(load, people) == pytest.approx(expected, rel=1e-9)
    assert answered_within(load, people, 40_000) == pytest.approx(1 - expected, abs=2e-3)


def simulated(load, people, within, callers, seed):
    """Callers one by one, the longest waiting first; the share answered in time, and given up."""
    dice, now = Random(seed), 0.0
    free_at = [0.0] * people
    in_time = left = 0
    for _ in range(callers):
        now += dice.expovariate(load.calls_per_hour / 3600)
        patience = dice.expovariate(1 / load.patience_seconds)
        begins = max(now, free_at[0])
        if begins - now > patience:
            left += 1
            continue
        heapq.heapreplace(free_at, begins + dice.expovariate(1 / load.handle_seconds))
        in_time += begins - now <= within
    return in_time / callers, left / callers


@pytest.mark.parametrize(("load", "people"), [(CRISIS, 5), (CRISIS, 4), (Load(40, 900, 120), 9)])
def test_a_simulation_agrees(load, people):
    in_time, left = simulated(load, people, 20, 150_000, seed=people)
    assert answered_within(load, people, 20) == pytest.approx(in_time, abs=0.012)
    assert abandoned(load, people) == pytest.approx(left, abs=0.012)


@pytest.mark.parametrize("load", [CRISIS, TEN, Load(0.5, 1400, 400), Load(300, 1400, 400)])
def test_needed_is_the_fewest_that_do(load):
    people = needed(load, 0.9, 20)
    assert answered_within(load, people, 20) >= 0.9
    assert people == 1 or answered_within(load, people - 1, 20) < 0.9


def test_somebody_is_needed_though_nobody_called():
    assert needed(Load(0, 1400, 400), 0.9, 20) == 1
    with pytest.raises(ValueError, match="more than 1000"):
        needed(Load(10_000, 3600), 0.9, 20)
