"""Programs that may or may not be judged at the same time."""

import threading
from itertools import product

import pytest

from evalpkg.scoring.turns import Round, Turns

WITH_OTHERS = {
    (Round.FIRST, Round.FIRST),
    (Round.FIRST, Round.ALONE),
    (Round.ALONE, Round.FIRST),
    (Round.ALONE, Round.ALONE),
    (Round.WAITING, Round.WAITING),
}


@pytest.mark.parametrize(("inside", "wanted"), list(product(Round, Round)))
def test_a_turn_begins_at_once_only_beside_its_likes(inside: Round, wanted: Round) -> None:
    turns = Turns()
    began = threading.Event()

    def come() -> None:
        with turns.take(wanted):
            began.set()

    newcomer = threading.Thread(target=come)
    with turns.take(inside):
        newcomer.start()
        if (inside, wanted) in WITH_OTHERS:
            assert began.wait(60)
        else:
            assert not began.wait(0.05)
    newcomer.join(60)
    assert began.is_set()


def test_a_quiet_turn_is_not_passed_by_those_who_come_after_it() -> None:
    turns = Turns()
    order: list[Round] = []

    def come(wanted: Round, ready: threading.Event) -> None:
        ready.set()
        with turns.take(wanted):
            order.append(wanted)

    threads = []
    with turns.take(Round.FIRST):
        for wanted in (Round.QUIET, Round.FIRST):
            ready = threading.Event()
            threads.append(threading.Thread(target=come, args=(wanted, ready)))
            threads[-1].start()
            while len(turns._queue) < len(threads):
                ready.wait(0.01)
    for thread in threads:
        thread.join(60)
    assert order == [Round.QUIET, Round.FIRST]
