"""The decode step as ``benchmarks.generation`` compiles it, on a CPU."""

import shutil

import pytest
import torch

from benchmarks.generation import CompiledNetwork, Job, flaw_of
from tests.unit.generation.generation_tiny import SAMPLER, answers, decoder, requests, tiny_model


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="inductor needs a C++ compiler: no g++")
def test_a_compiled_step_draws_the_same_tokens_and_leaves_the_prompts_alone():
    model = tiny_model()
    plain = model.forward
    asked = requests()
    expected = answers(decoder(model, sampler=SAMPLER, rows=9, ahead=True), asked)
    run = decoder(model, sampler=SAMPLER, rows=9, ahead=True)
    run.network = CompiledNetwork(model)
    torch._dynamo.utils.counters.clear()
    assert answers(run, asked) == expected
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] >= 1
    assert model.forward == plain


def test_a_step_that_does_not_compile_is_told(monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("no working compiler\nand more")

    monkeypatch.setattr(torch, "compile", lambda *_, **__: fail)
    model = tiny_model()
    job = Job(model, [[3, 4, 5]], 1, 4, 8, frozenset(), SAMPLER)
    assert flaw_of(CompiledNetwork(model), job) == "no working compiler"
    assert answers(decoder(model), requests())
