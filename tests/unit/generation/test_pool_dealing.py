"""A pool deals every sample once, in parts that shrink towards the end."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from evalpkg.generation.base import Listener
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.pool.crew import Crew, Member, compare
from evalpkg.generation.pool.dealing import Deal, as_work
from evalpkg.generation.pool.worker import Introduction
from evalpkg.generation.provenance import Generated, ModelUsed
from evalpkg.models import Role, Task

TASKS = [Task(f"t/{i}", "x" * i, "f", "") for i in range(1, 8)]


@given(
    samples=st.integers(1, 40), rows=st.integers(1, 64), workers=st.integers(1, 9), seed=st.data()
)
def test_every_sample_is_dealt_once_whoever_is_lost(
    samples: int, rows: int, workers: int, seed: st.DataObject
) -> None:
    deal = Deal([(task, range(samples)) for task in TASKS], rows)
    done: list[tuple[str, int]] = []
    while deal.left:
        part = deal.take(workers)
        assert part
        kept = seed.draw(st.integers(0, len(part))) if len(done) < 20 else len(part)
        done += [(task.task_id, index) for task, index in part[:kept]]
        deal.put_back(part[kept:])
        if not kept:
            done += [(task.task_id, index) for task, index in deal.take(workers)]
    assert sorted(done) == sorted((task.task_id, i) for task in TASKS for i in range(samples))


def test_tasks_with_long_prompts_come_first_and_parts_shrink() -> None:
    deal = Deal([(task, range(100)) for task in TASKS], 8)
    sizes = []
    first = deal.take(2)
    assert first[0][0] is TASKS[-1]
    while deal.left:
        sizes.append(len(deal.take(2)))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 8


def test_nobody_waits_while_one_worker_has_everything() -> None:
    deal = Deal([(TASKS[0], range(10))], 32)
    assert [len(deal.take(2)), len(deal.take(2))] == [5, 3]


def test_pieces_of_one_task_stay_together() -> None:
    work = as_work([(TASKS[0], 3), (TASKS[0], 4), (TASKS[1], 0)])
    assert [(task.task_id, list(indexes)) for task, indexes in work] == [
        ("t/1", [3, 4]),
        ("t/2", [0]),
    ]


def test_workers_with_other_libraries_code_or_weights_are_told_apart() -> None:
    made = Generated("transformers", {Role.BASE: ModelUsed("m", weights={"w": "a" * 64})})
    one = Introduction("a", 1, "3.11.7", "c0de", replace(made, libraries={"torch": "2.13"}))
    assert compare(one, replace(one, host="b", pid=2)) == []
    other = replace(one, generated=replace(made, libraries={"torch": "2.14"}))
    assert compare(one, other) == ["torch: 2.13, 2.14"]
    weights = Generated("transformers", {Role.BASE: ModelUsed("m", weights={"w": "b" * 64})})
    (told,) = compare(one, replace(one, generated=replace(weights, libraries={"torch": "2.13"})))
    assert told.startswith("the base model: m  w=aaaaaaaaaaaa, m  w=bbbbbbbbbbbb")


def test_workers_that_round_in_another_way_are_told_apart() -> None:
    details = {"dtype": "bfloat16", "attention": {"prompt": "sdpa", "decode": "x", "note": ""}}
    made = Generated("transformers", {}, details=details)
    one = Introduction("a", 1, "3.11.7", "c0de", made)

    def with_details(**changes: object) -> Introduction:
        return replace(one, generated=replace(made, details={**details, **changes}))

    assert compare(one, with_details(device="another")) == []
    assert compare(one, with_details(dtype="float16")) == ["dtype: bfloat16, float16"]
    assert compare(one, with_details(quantization="nf4")) == ["quantization: None, nf4"]
    assert compare(with_details(rows=256), with_details(rows=128)) == ["rows: 256, 128"]
    other = with_details(attention={"prompt": "sdpa", "decode": "y", "note": "why"})
    assert compare(one, other) == ["decode attention: x, y"]


def test_a_worker_on_another_kind_of_gpu_is_told() -> None:
    said: list[str] = []
    ray = SimpleNamespace(remote=lambda worker: worker)
    crew = Crew(ray, GenerationSettings(), Listener(status=said.append))
    for host, device in (("a", "H100"), ("b", "H100"), ("c", "A100")):
        made = Generated("transformers", {}, details={"device": device})
        crew._welcome(Member(None, None), Introduction(host, 1, "3.11.7", "c0de", made))
    (warning,) = [line for line in said if line.startswith("WARNING")]
    assert warning.startswith("WARNING: a computes on H100, c on A100")
