"""The loop that queues a step before the tokens of the last one are read, run on a CPU."""

from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.generation import graphs, steps
from evalpkg.generation.sampling import NARROW, Sampler
from evalpkg.generation.slots import SlotCache
from tests.unit.generation.generation_tiny import (
    SAMPLER,
    answers,
    decoder,
    of_many_lengths,
    requests,
    tiny_model,
)

SAMPLERS = [SAMPLER, Sampler(0.0), Sampler(0.8, 0.9, 7), Sampler(1.0)]


@pytest.fixture(scope="module")
def model():
    return tiny_model()


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
def test_one_step_behind_gives_the_same_answers_in_any_company(model, sampler):
    asked, ends = of_many_lengths(model, sampler)
    expected = answers(decoder(model, sampler=sampler, new=30, ends=ends), asked)
    assert len({len(ids) for ids, _ in expected.values()}) > 2
    for rows, order in ((1, asked), (3, asked[::-1]), (9, asked), (64, asked[7:] + asked[:7])):
        run = decoder(model, sampler=sampler, new=30, ends=ends, rows=rows, ahead=True)
        assert answers(run, order) == expected
        assert run.graph_note == "off"


def test_one_step_behind_in_bfloat16_to_the_limit_and_with_stop_texts():
    model = tiny_model().bfloat16()
    asked = requests(prompts=3, samples=5)
    plain, ahead = (
        decoder(model, sampler=SAMPLER, new=25, rows=4, ahead=behind) for behind in (False, True)
    )
    assert answers(ahead, asked) == answers(plain, asked)
    for run in (plain, ahead):
        run.stopped = lambda ids: sum(ids[-3:]) % 5 == 0
    made = [{(a.request, a.made) for a in run.run(asked, adapter=False)} for run in (plain, ahead)]
    assert made[0] == made[1]


def test_a_step_is_queued_before_the_last_one_is_read(model, monkeypatch):
    events = []
    reader = steps._reader

    def reading(tokens):
        number = sum(event[0] == "queued" for event in events)
        events.append(("queued", number))
        read = reader(tokens)
        return lambda: (events.append(("read", number)), read())[1]

    monkeypatch.setattr(steps, "_reader", reading)
    answers(decoder(model, sampler=SAMPLER, new=5, ahead=True), requests(prompts=1, samples=2))
    assert events[:5] == [("queued", 0), ("queued", 1), ("read", 0), ("queued", 2), ("read", 1)]
    assert [number for kind, number in events if kind == "read"] == [0, 1, 2, 3]


def test_one_step_behind_nothing_moves_and_the_shape_stays(model, monkeypatch):
    monkeypatch.setattr(SlotCache, "move", None)
    asked, ends = of_many_lengths(model, SAMPLER)
    run = decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=9, ahead=True)
    shapes = set()
    step = run.network.step
    run.network.step = lambda cache, state, span, *, adapter: (
        shapes.add((len(state), span)) or step(cache, state, span, adapter=adapter)
    )
    answers(run, asked)
    assert shapes == {(9, 256)}


@pytest.mark.parametrize("examined", [1, 3, 20])
def test_a_nucleus_wider_than_a_queued_step_examines_is_decided_by_a_plain_step(
    model, monkeypatch, examined
):
    asked, ends = of_many_lengths(model, SAMPLER)
    expected = answers(decoder(model, sampler=SAMPLER, new=30, ends=ends), asked)
    monkeypatch.setattr(steps, "_EXAMINED", examined)
    decided = []
    decide = steps.OneBehind.decide
    monkeypatch.setattr(
        steps.OneBehind, "decide", lambda *args: decided.append(len(args[2])) or decide(*args)
    )
    run = decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=9, ahead=True)
    assert answers(run, asked) == expected
    assert run.graph_note == "off"
    assert sum(decided) > 20


def test_a_queued_step_that_draws_other_tokens_is_not_used(model, monkeypatch):
    asked = requests()
    expected = answers(decoder(model, sampler=SAMPLER), asked)
    right = Sampler.candidates

    def wrong(self, logits, width=0):
        found = right(self, logits, width)
        return replace(found, ids=(found.ids + 1) % 96) if width else found

    monkeypatch.setattr(Sampler, "candidates", wrong)
    run = decoder(model, sampler=SAMPLER, rows=9, ahead=True)
    assert answers(run, asked) == expected
    assert run.graph_note == (
        "off; the host waits for each token: its tokens differ from those of the plain sampler"
    )


def test_a_queued_step_that_leaves_a_wrong_state_is_not_used(model, monkeypatch):
    asked = requests()
    expected = answers(decoder(model, sampler=SAMPLER), asked)
    after = steps.OneBehind._after
    turns = iter([torch.tensor([0, 1, 0, 0])])
    monkeypatch.setattr(
        steps.OneBehind, "_after", lambda *args: after(*args) + next(turns, torch.tensor(0))
    )
    run = decoder(model, sampler=SAMPLER, ahead=True)
    assert answers(run, asked) == expected
    assert "wrong state" in run.graph_note


@pytest.mark.parametrize("column", range(4))
def test_a_token_drawn_from_another_state_than_the_samples_is_never_taken(
    model, monkeypatch, column
):
    after = steps.OneBehind._after
    turn = iter(range(100))
    off = torch.zeros(4, dtype=torch.int64)
    off[column] = 1

    def slips(*args):
        # The trial sees nothing: it comes first.
        return after(*args) + (off if next(turn) == 5 else 0)

    monkeypatch.setattr(steps.OneBehind, "_after", slips)
    run = decoder(model, sampler=SAMPLER, new=20, rows=4, ahead=True)
    with pytest.raises(EnvironmentUnfitError, match="from the state") as caught:
        answers(run, requests(prompts=1, samples=4))
    assert "--no-cuda-graphs" in caught.value.cure


def test_running_out_of_memory_one_step_behind_loses_nothing(model):
    asked, ends = of_many_lengths(model, SAMPLER)
    expected = answers(decoder(model, sampler=SAMPLER, new=30, ends=ends), asked)
    run = decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=16, ahead=True)
    step, calls = run.network.step, []

    def fail_once(cache, state, span, *, adapter):
        calls.append(len(state))
        if len(calls) == 12:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return step(cache, state, span, adapter=adapter)

    run.network.step = fail_once
    assert answers(run, asked) == expected
    assert set(calls) == {16, 8}


def test_output_that_is_not_a_number_is_a_clear_error_one_step_behind():
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight.fill_(torch.nan)
    run = decoder(model, sampler=SAMPLER, ahead=True)
    with pytest.raises(EnvironmentUnfitError, match="not a number"):
        answers(run, requests())


def test_a_fixed_width_says_where_it_may_be_too_narrow():
    logits = torch.tensor([[9.0, 1, 1, 1, 1, 1], [1.0, 1, 1, 1, 1, 1], [torch.nan] * 6])
    keys = torch.arange(3)
    drawn = SAMPLER.draw(SAMPLER.candidates(logits, 2), keys, keys).tolist()
    assert drawn == [0, NARROW, -1]
    exact = SAMPLER.draw(SAMPLER.candidates(logits), keys, keys)
    assert torch.equal(SAMPLER.draw(SAMPLER.candidates(logits, 6), keys, keys), exact)


class StandInGraph:
    """Stands in for a CUDA graph on a CPU: a replay calls the recorded step again."""

    recorded: tuple[Any, ...] = ()

    def replay(self):
        held, outputs, step = self.recorded
        with torch.inference_mode():
            for old, new in zip(outputs, step(held), strict=True):
                old.copy_(new)


def recorded(step, state):
    """Record with the stand-in, and tell it what was recorded last."""

    def told(held):
        outputs = step(held)
        StandInGraph.recorded = held, outputs, step
        return outputs

    return graphs.record(told, state)


@pytest.fixture
def stand_in(monkeypatch):
    """Let the CPU play a GPU for ``record``. It shows the bookkeeping, and nothing about CUDA."""

    class Stream:
        def wait_stream(self, other):
            pass

    @contextmanager
    def nothing(*_):
        yield

    for name, value in {
        "Stream": Stream,
        "current_stream": Stream,
        "stream": nothing,
        "graph": nothing,
        "synchronize": lambda: None,
        "set_sync_debug_mode": lambda _: None,
        "CUDAGraph": StandInGraph,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    monkeypatch.setattr(steps, "record", recorded)
    plain = steps.OneBehind.__init__
    monkeypatch.setattr(
        steps.OneBehind,
        "__init__",
        lambda *args, **options: plain(*args, **options | {"recorded": True}),
    )


def test_a_recording_of_a_step_that_changes_its_state_starts_from_the_first_state(stand_in):
    def step(state):
        logits = state[:, :1].float() * torch.ones(96)
        state += 1
        return logits, state[:, 0].clone()

    first = torch.tensor([[3, 4], [5, 6]])
    recording, note = recorded(step, first)
    assert note == "on"
    assert first.tolist() == recording.state.tolist() == [[3, 4], [5, 6]]
    assert recording.replay()[1].tolist() == [4, 6]
    assert recording.replay()[1].tolist() == [5, 7]
    assert recording.state.tolist() == [[5, 6], [7, 8]]


def test_a_recorded_step_one_behind_gives_the_same_answers(model, stand_in):
    asked, ends = of_many_lengths(model, SAMPLER)
    expected = answers(decoder(model, sampler=SAMPLER, new=30, ends=ends), asked)
    run = decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=9, ahead=True)
    assert answers(run, asked) == expected
    assert run.graph_note == "on"


def test_a_step_that_cannot_be_recorded_leaves_the_host_waiting(model, stand_in, monkeypatch):
    asked = requests()
    expected = answers(decoder(model, sampler=SAMPLER), asked)

    def refuse(_):
        raise RuntimeError("called a synchronizing CUDA operation")

    monkeypatch.setattr(torch.cuda, "CUDAGraph", lambda: refuse(None))
    run = decoder(model, sampler=SAMPLER, ahead=True)
    assert answers(run, asked) == expected
    assert run.graph_note == (
        "off; the host waits for each token: called a synchronizing CUDA operation"
    )
