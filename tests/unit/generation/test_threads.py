import threading
import time

import pytest
import torch

from evalpkg.generation.threads import Threads


@pytest.fixture(autouse=True)
def _same_afterwards():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_starved_main_thread_halves_the_threads_down_to_one():
    threads = Threads(4)
    for expected in (2, 1, 1):
        threads.judge(0.3)
        assert threads.now == torch.get_num_threads() == expected


def test_more_are_tried_after_calm_and_later_each_time_it_fails():
    threads = Threads(2)
    waits = []
    for _ in range(3):
        threads.judge(0.1)
        windows = 0
        while threads.now == 1:
            threads.judge(1.0)
            windows += 1
        waits.append(windows)
    assert waits == sorted(set(waits))


def test_a_busy_but_not_starved_machine_changes_nothing():
    threads = Threads(4)
    for share in (1.0, 0.9, 0.85) * 20:
        threads.judge(share)
    assert threads.now == 4


def test_the_process_gets_its_own_number_back():
    torch.set_num_threads(2)
    threads = Threads(2)
    with threads.in_use():
        threads.judge(0.1)
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with threads.in_use():
        assert torch.get_num_threads() == 1


def test_time_in_which_the_main_thread_waits_counts_as_starved():
    threads = Threads(2)
    with threads.watched():
        time.sleep(0.6)
    assert threads.now == 1


def test_other_threads_work_does_not_count_as_the_main_threads():
    stop = threading.Event()
    other = threading.Thread(target=lambda: [None for _ in iter(stop.is_set, True)])
    other.start()
    threads = Threads(2)
    with threads.watched():
        time.sleep(0.6)
    stop.set()
    other.join()
    assert threads.now == 1
