from typing import Any

import pytest
import torch
import transformers

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation.network import Network
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.selftest import try_step
from evalpkg.generation.slots import PACKED, SlotCache
from tests.unit.generation.generation_tiny import (
    SAMPLER,
    VOCABULARY,
    answers,
    decoder,
    of_many_lengths,
    requests,
    tiny_model,
)

PLAIN = [
    *(
        "llama",
        "qwen2",
        "qwen3",
        "phi",
        "phi3",
        "gemma",
        "stablelm",
        "gpt_neox",
        "cohere",
        "cohere2",
    ),
    *(
        "olmo",
        "olmo2",
        "olmo3",
        "granite",
        "glm",
        "glm4",
        "smollm3",
        "exaone4",
        "helium",
        "nemotron",
    ),
    *("arcee", "apertus", "ernie4_5", "hunyuan_v1_dense", "seed_oss", "diffllama", "persimmon"),
    *("bitnet", "biogpt", "gpt_bigcode", "ministral"),
]
MIXTURES = {"num_experts": 4, "num_local_experts": 4, "num_experts_per_tok": 2} | {
    "moe_intermediate_size": 16
}
GPT_2 = {"n_embd": 32, "n_layer": 2, "n_head": 4}
ARCHITECTURES: dict[str, dict[str, Any]] = {kind: {} for kind in PLAIN} | {
    "mistral": {"sliding_window": 16},
    "starcoder2": {"sliding_window": None},
    "gemma2": {"sliding_window": 16, "attention": "eager"},
    "gemma3_text": {"sliding_window": 16, "layer_types": ["sliding_attention", "full_attention"]},
    "gpt2": GPT_2,
    "gptj": GPT_2 | {"rotary_dim": 4, "attention": "eager"},
    "codegen": GPT_2 | {"rotary_dim": 4},
    "gpt_neo": {"num_layers": 2, "num_heads": 4, "attention_types": [[["global"], 2]]}
    | {"attention": "eager"},
    "opt": {"word_embed_proj_dim": 32, "ffn_dim": 48},
    "mpt": {"d_model": 32, "n_heads": 4, "n_layers": 2, "attention": "eager"},
    "mixtral": MIXTURES,
    "qwen2_moe": MIXTURES | {"shared_expert_intermediate_size": 16},
    "qwen3_moe": MIXTURES,
    "granitemoe": MIXTURES,
    "olmoe": MIXTURES,
    "phimoe": MIXTURES,
    "gpt_oss": MIXTURES | {"attention": "eager"},
}
"""The architectures that agree with ``generate`` token for token; the rest were refused."""
SINCE_5 = {"codegen", "mpt", "phimoe"}
"""Those that transformers 4 runs otherwise: the trial at load refuses them, or SDPA is missing."""


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_greedy_answers_are_those_of_generate(kind):
    if kind in SINCE_5 and transformers.__version__ < "5":
        pytest.skip("since transformers 5")
    changes = dict(ARCHITECTURES[kind])
    attention = changes.pop("attention", "sdpa")
    model = tiny_model(kind, attention, **changes)
    asked = requests(samples=1)
    found = answers(decoder(model, attention=attention, new=20), asked)
    model = tiny_model(kind, attention, **changes)
    for request in asked:
        ids = torch.tensor([request.prompt])
        expected = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=20,
            do_sample=False,
            eos_token_id=None,
        )
        assert found[request.task_id, 0] == (expected[0, len(request.prompt) :].tolist(), "length")


def test_models_with_plain_attention_are_decoded_packed():
    assert Network(tiny_model("llama"), "sdpa").decode_attention == PACKED
    windowed = Network(tiny_model("mistral", sliding_window=16), "sdpa")
    assert windowed.decode_attention == "sdpa"
    flash = Network(tiny_model("mistral", sliding_window=16), "flash_attention_2")
    assert flash.decode_attention == "sdpa"


def test_an_architecture_that_wants_another_mask_is_refused_and_no_traceback():
    bloom = tiny_model("bloom", "eager", n_layer=2, n_head=4)
    with pytest.raises(ConfigError, match="bloom cannot be decoded") as caught:
        try_step(Network(bloom, "eager"), VOCABULARY, "bloom")
    assert "openai" in caught.value.cure


def test_a_model_with_recurrent_state_is_refused():
    mamba = tiny_model("mamba", attention="eager", state_size=4)
    with pytest.raises(ConfigError, match="not attention"):
        Network(mamba, "eager")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_sample_is_the_same_in_any_company(dtype):
    model = tiny_model().to(dtype)
    asked = requests(prompts=4, samples=5)
    alone = {}
    for request in asked:
        alone |= answers(decoder(model, sampler=SAMPLER, rows=1), [request])
    assert len({tuple(ids) for ids, _ in alone.values()}) > 15
    for rows, order in ((1, asked), (3, asked), (16, asked[::-1]), (64, asked[7:] + asked[:7])):
        assert answers(decoder(model, sampler=SAMPLER, rows=rows), order) == alone


def test_any_end_token_ends_an_answer_and_is_not_part_of_it():
    model = tiny_model()
    asked = requests(prompts=2, samples=4)
    free = answers(decoder(model, sampler=SAMPLER, new=30), asked)
    ends = frozenset({free["t0", 0][0][4], free["t1", 1][0][7]})
    stopped = answers(decoder(model, sampler=SAMPLER, new=30, ends=ends), asked)
    for key, (ids, reason) in stopped.items():
        whole = free[key][0]
        cut = next((i for i, token in enumerate(whole) if token in ends), None)
        assert (ids, reason) == ((whole[:cut], "stop") if cut is not None else (whole, "length"))
    assert stopped["t0", 0][1] == stopped["t1", 1][1] == "stop"


def test_answers_of_many_lengths_are_the_same_in_any_company():
    model = tiny_model()
    asked, ends = of_many_lengths(model, SAMPLER)
    alone = {}
    for request in asked:
        alone |= answers(decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=1), [request])
    assert len({len(ids) for ids, _ in alone.values()}) > 8
    for rows, order in ((3, asked), (9, asked[::-1]), (9, asked[7:] + asked[:7])):
        run = decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=rows)
        assert answers(run, order) == alone


def test_a_finished_sample_s_slot_is_filled_in_place(monkeypatch):
    model = tiny_model()
    asked, ends = of_many_lengths(model, SAMPLER)
    calls = []
    for name in ("fill", "move"):
        plain = getattr(SlotCache, name)
        monkeypatch.setattr(
            SlotCache, name, lambda *args, n=name, f=plain: (calls.append(n), f(*args))[1]
        )
    answers(decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=9), asked)
    refilled = len(calls) - calls[::-1].index("fill")
    assert refilled > 6
    assert set(calls[:refilled]) == {"fill"}
    assert set(calls[refilled:]) == {"move"}


def test_an_end_token_at_once_gives_an_empty_answer():
    model = tiny_model()
    asked = requests(prompts=2, samples=2)
    first = answers(decoder(model, new=1), asked)["t0", 0][0][0]
    found = answers(decoder(model, ends=frozenset({first})), asked)
    assert found["t0", 0] == ([], "stop")
    assert len(found) == 4


def test_a_stop_text_ends_an_answer_and_what_was_made_is_counted():
    model = tiny_model()
    asked = requests(prompts=2, samples=4)
    free = answers(decoder(model, sampler=SAMPLER, new=30), asked)
    run = decoder(model, sampler=SAMPLER, new=30)
    run.stopped = lambda ids: sum(ids[-3:]) % 5 == 0
    for answer in run.run(asked, adapter=False):
        whole = free[answer.request.task_id, answer.request.index][0]
        ended = next((n for n in range(1, 31) if run.stopped(whole[:n])), None)
        assert answer.ids == whole[:ended]
        assert answer.finish_reason == ("length" if ended is None else "stop")
        assert answer.made == len(answer.ids)


def test_each_prompt_is_computed_once():
    run = decoder(tiny_model(), sampler=SAMPLER, rows=2)
    prompts = []
    compute = run.network.prompt
    run.network.prompt = lambda ids, *, adapter: (
        prompts.append(tuple(ids)) or compute(ids, adapter=adapter)
    )
    asked = requests(prompts=3, samples=7)
    answers(run, asked)
    assert prompts == list(dict.fromkeys(request.prompt for request in asked))


class SmallMemory:
    """A stand-in for a device with room for ``fits`` rows: the error is real, its cause is not."""

    def __init__(self, run, fits, error):
        self.step, self.fits, self.error = run.network.step, fits, error
        run.network.step = self

    def __call__(self, cache, state, span, *, adapter):
        if len(state) > self.fits:
            raise self.error
        return self.step(cache, state, span, adapter=adapter)


ERRORS = [
    torch.cuda.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    MemoryError(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_running_out_of_memory_halves_the_group_and_loses_nothing(error):
    model = tiny_model()
    asked = requests(prompts=3, samples=8)
    expected = answers(decoder(model, sampler=SAMPLER, rows=16), asked)
    run = decoder(model, sampler=SAMPLER, rows=16)
    SmallMemory(run, 9, error)
    assert answers(run, asked) == expected
    assert run.rows == 8


def test_a_sample_that_does_not_fit_alone_is_a_clear_error():
    run = decoder(tiny_model())
    SmallMemory(run, 0, ERRORS[0])
    with pytest.raises(EnvironmentUnfitError, match="one sample alone"):
        answers(run, requests())


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    run = decoder(tiny_model())
    SmallMemory(run, 0, RuntimeError("shape mismatch"))
    with pytest.raises(RuntimeError, match="shape mismatch"):
        answers(run, requests())


def test_output_that_is_not_a_number_is_a_clear_error():
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight.fill_(torch.nan)
    with pytest.raises(EnvironmentUnfitError, match="not a number"):
        answers(decoder(model, sampler=SAMPLER), requests())


def test_every_token_has_noise_of_its_own():
    model = tiny_model()
    with torch.no_grad():
        model.lm_head.weight.zero_()  # every token equally likely: the noise alone decides
    uniform = Sampler(1.0)
    asked = requests(prompts=2, samples=3)
    flat = uniform.candidates(torch.zeros(1, model.config.vocab_size))
    for request in asked:
        steps = torch.arange(12)
        alone = uniform.draw(flat, torch.full_like(steps, request.key), steps).tolist()
        found = answers(decoder(model, sampler=uniform), asked)[request.task_id, request.index]
        assert found == (alone, "length")
        assert len(set(alone)) > 6


def test_on_a_cpu_a_step_never_has_fewer_than_eight_rows():
    # With one row a matrix product takes another path, and rounds in another order.
    run = decoder(tiny_model(), rows=3)
    widths = []
    step = run.network.step
    run.network.step = lambda cache, state, span, *, adapter: (
        widths.append(len(state)) or step(cache, state, span, adapter=adapter)
    )
    answers(run, requests(prompts=1, samples=4))
    assert set(widths) == {8}
