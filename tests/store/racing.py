"""How do several workers try the same thing at the same moment?"""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from storage.store import Store


def race(url: str, rounds: int, attempt: Callable[[Store, int, int], Any], racers: int = 4) -> list:
    """Return, for each round, what each racer got; two racers share a store, as two threads do."""
    stores = [Store(url) for _ in range(racers // 2)]
    results: list[list[Any]] = [[None] * racers for _ in range(rounds)]
    barrier = Barrier(racers)

    def run(racer: int) -> None:
        for number in range(rounds):
            barrier.wait(timeout=30)
            try:
                results[number][racer] = attempt(stores[racer % len(stores)], number, racer)
            except Exception as error:  # noqa: BLE001 - shown by the test's assertion
                results[number][racer] = error

    threads = [Thread(target=run, args=(racer,)) for racer in range(racers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    return results
