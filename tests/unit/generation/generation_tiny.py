"""Tiny models and tokenizers with random weights: real code paths, no downloads."""

from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM

from evalpkg.generation.decoding import Decoder, Request
from evalpkg.generation.network import Network
from evalpkg.generation.sampling import Sampler

VOCABULARY = 96
SAMPLER = Sampler(1.0, 0.95)

_SHARED = {
    "vocab_size": VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 2,
}


def tiny_model(kind: str = "llama", attention: str = "sdpa", **changes: Any) -> Any:
    torch.manual_seed(7)
    config = AutoConfig.for_model(kind, **(_SHARED | changes))
    model = AutoModelForCausalLM.from_config(config, attn_implementation=attention)
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(3)  # spread the logits, so that greedy choices are not near ties
    return model.eval()


def decoder(
    model: Any,
    *,
    sampler: Sampler | None = None,
    ends: frozenset[int] = frozenset(),
    rows: int = 4,
    new: int = 12,
    attention: str = "sdpa",
    ahead: bool | None = None,
) -> Decoder:
    return Decoder(
        Network(model, attention),
        sampler or Sampler(temperature=0.0),
        ends,
        max_new_tokens=new,
        rows=rows,
        on_tokens=lambda _: None,
        ahead=ahead,
    )


def requests(prompts: int = 3, samples: int = 3) -> list[Request]:
    """Prompts of different lengths, each asked for several samples."""
    return [
        Request(f"t{p}", i, tuple(3 + (p * 31 + j * 7) % 90 for j in range(5 + 9 * p)), p * 100 + i)
        for p in range(prompts)
        for i in range(samples)
    ]


def answers(decoder: Decoder, asked: list[Request]) -> dict[tuple[str, int], tuple[list[int], str]]:
    found = {}
    for answer in decoder.run(asked, adapter=False):
        key = (answer.request.task_id, answer.request.index)
        assert key not in found
        found[key] = (answer.ids, answer.finish_reason)
    return found


def of_many_lengths(model: Any, sampler: Sampler) -> tuple[list[Request], frozenset[int]]:
    """Return requests, and end tokens with which their answers end after 0 to 30 tokens."""
    asked = requests(prompts=4, samples=6)
    free = answers(decoder(model, sampler=sampler, new=30), asked)
    return asked, frozenset(free[f"t{n}", n][0][3 + 5 * n] for n in range(4))
