"""The keyed draw in vLLM's batch, whose rows come, go and change places; and the self-test."""

import random

import pytest
import torch

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.generation.decoding import Request
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.vllm.keyed_rows import KeyedRow, KeyedRows
from evalpkg.generation.vllm.trial import Trial, compare

SAMPLER = Sampler(0.8, 0.95)


def row(key, made=0, sampler=SAMPLER):
    return KeyedRow(key, [1] * made, sampler)


def test_rows_follow_any_sequence_of_changes():
    choose = random.Random(3)
    rows, expected = KeyedRows(), {}
    for step in range(300):
        removed = [p for p in expected if choose.random() < 0.2]
        for place in removed:
            del expected[place]
        added = [(choose.randrange(6), row(step) if choose.random() < 0.8 else None)]
        for place, new in added:
            expected.pop(place, None)
            if new:
                expected[place] = new
        a, b = choose.sample(range(6), 2)
        swap = choose.random() < 0.5
        here, there = expected.pop(a, None), expected.pop(b, None)
        if here:
            expected[b] = here
        if swap and there:
            expected[a] = there
        rows.update(removed, added, [(a, b, swap)])
        assert rows.rows == expected


def test_each_row_is_left_the_token_of_its_own_draw_and_others_are_left_alone():
    torch.manual_seed(1)
    logits = torch.randn(4, 50)
    before = logits.clone()
    greedy = Sampler(0.0)
    rows = KeyedRows({0: row(7, 3), 2: row(9), 3: row(9, sampler=greedy)})
    rows.choose(logits)
    keys, steps = torch.tensor([7, 9]), torch.tensor([3, 0])
    drawn = SAMPLER.draw(SAMPLER.candidates(before[[0, 2]]), keys, steps)
    assert logits[[0, 2]].argmax(-1).tolist() == drawn.tolist()
    assert logits[3].argmax() == before[3].argmax()
    assert torch.equal(logits[1], before[1])
    assert [int(logits[place].isfinite().sum()) for place in (0, 2, 3)] == [1, 1, 1]
    assert rows.drawn == 3


def test_logits_that_are_no_numbers_are_an_error():
    with pytest.raises(FloatingPointError):
        KeyedRows({0: row(7)}).choose(torch.full((1, 8), float("nan")))


REQUESTS = [Request("t", index, (1,), index) for index in range(4)]
RIGHT = {("t", index): (1, 2, 3, 4, index, 9) for index in range(4)}
WRONG = {("t", index): (1, 2, 3, 4, index, 8) for index in range(4)}
TRIAL = Trial(REQUESTS, RIGHT, WRONG)


def writer(tokens):
    return lambda requests: {("t", one.index): tokens["t", one.index] for one in requests}


def test_the_self_test_counts_what_agrees_in_both_batch_shapes():
    def write(requests):
        found = {**RIGHT, ("t", 3): (1, 2, 3, 4, 3, 7)} if len(requests) == 4 else RIGHT
        return writer(found)(requests)

    outcome = compare(TRIAL, write, "the base model")
    assert (outcome.samples, outcome.large, outcome.small, outcome.between) == (4, 3, 4, 3)
    assert not outcome.all_equal
    assert compare(TRIAL, writer(RIGHT), "the base model").all_equal


def test_the_self_test_refuses_the_other_models_samples_and_those_of_no_model():
    with pytest.raises(EnvironmentUnfitError, match="wrong way round"):
        compare(TRIAL, writer(WRONG), "the base model")
    nonsense = {name: (9, *ids) for name, ids in RIGHT.items()}
    with pytest.raises(EnvironmentUnfitError, match="something else than transformers"):
        compare(Trial(REQUESTS, RIGHT, None), writer(nonsense), "the base model")
