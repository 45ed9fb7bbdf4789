"""Batches: what is generic never meets another program for its own problem."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from evalpkg.models import Task
from evalpkg.scoring.batches import LEAST, MOST_OPEN, Batches, even_size
from evalpkg.scoring.bench import Program
from evalpkg.scoring.routing import Company

TASKS = [
    Task("a", "", "one", "", cluster="shared"),
    Task("b", "", "two", "", cluster="shared"),
    Task("c", "", "two", ""),
    Task("d", "", "three", ""),
    Task("e", "", "four", "", edition="2024"),
]
ANY, OTHERS, NONE = Company.ANY, Company.OTHER_TASKS, Company.NONE

asked = st.lists(st.tuples(st.sampled_from(TASKS), st.sampled_from(list(Company))), max_size=60)


def program(task: Task, number: int = 0) -> Program:
    return Program(b"%d" % number, "", task, str(number))


@given(asked, st.integers(2, 9))
def test_every_program_comes_out_once_in_company_that_suits_it(
    programs: list[tuple[Task, Company]], size: int
) -> None:
    batches = Batches(size)
    out = [batches.add(program(task, i), kind) for i, (task, kind) in enumerate(programs)]
    out = [batch for batch in [*out, *batches.rest()] if batch]
    assert sorted(int(one.source) for batch in out for one in batch) == list(range(len(programs)))
    assert max(map(len, out), default=0) <= size
    for batch in out:
        assert len({one.task.edition for one in batch}) == 1
        for one in batch:
            kind = programs[int(one.source)][1]
            others = [other for other in batch if other is not one]
            assert not (others and kind is NONE)
            if kind is OTHERS:
                assert one.task.entry_point not in {other.task.entry_point for other in others}
                clusters = {other.task.cluster or other.task.task_id for other in others}
                assert (one.task.cluster or one.task.task_id) not in clusters


@given(st.integers(1, 5_000), st.integers(1, 32), st.sampled_from([4, 128]))
def test_full_batches_are_large_and_give_every_worker_the_same(
    expected: int, workers: int, most: int
) -> None:
    size = even_size(expected, workers, most)
    assert min(most, LEAST) <= size <= most
    if LEAST < size < most:
        batches = -(-expected // size)
        assert batches % workers == 0 or batches * size - expected < workers * size


def test_a_stream_of_unknown_length_fills_the_largest_batches() -> None:
    assert even_size(0, 2, 128) == 128
    assert even_size(140, 2, 128) == 70


def test_plain_programs_of_one_task_fill_a_batch() -> None:
    batches = Batches(4)
    given = [batches.add(program(TASKS[3], i), ANY) for i in range(8)]
    assert [len(batch) for batch in given] == [0, 0, 0, 4, 0, 0, 0, 4]


def test_generic_programs_of_many_tasks_fill_batches() -> None:
    batches = Batches(4)
    tasks = [replace(TASKS[3], task_id=str(i), entry_point=str(i)) for i in range(4)]
    given = [batches.add(program(task, i), OTHERS) for task in tasks for i in range(4)]
    assert [len(batch) for batch in given if batch] == [4, 4, 4, 4]
    assert not list(batches.rest())


def test_what_is_held_back_is_bounded() -> None:
    batches = Batches(4)
    given = [batches.add(program(TASKS[3], i), OTHERS) for i in range(MOST_OPEN + 5)]
    assert sum(map(len, given)) == 5
    assert len(list(batches.rest())) == MOST_OPEN
