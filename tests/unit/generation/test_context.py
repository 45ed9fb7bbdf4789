"""No sample gets so long that it would depend on its company, or leave the model's context."""

from types import SimpleNamespace
from typing import Any

import pytest

from evalpkg.errors import ConfigError
from evalpkg.generation.context import context_of
from evalpkg.generation.generation_settings import GenerationSettings
from evalpkg.generation.reader import Reader
from evalpkg.models import Role, Task
from tests.unit.generation.generation_tiny import answers, decoder, requests, tiny_model
from tests.unit.generation.test_tokens import WITH_BOS, tokenizer

ORIGINAL = 64
FACTORS = {"type": "longrope", "short_factor": [1.0] * 4, "long_factor": [4.0] * 4}
LONGROPE = {"rope_type": "longrope", "original_max_position_embeddings": ORIGINAL}


def phi3() -> Any:
    return tiny_model("phi3", rope_scaling=dict(FACTORS), original_max_position_embeddings=ORIGINAL)


def test_beyond_its_original_length_a_longrope_sample_depends_on_its_company() -> None:
    """The reason for the limit: one row past the length changes what the others get."""
    asked = requests(prompts=3, samples=1)
    long = ORIGINAL - len(asked[-1].prompt) + 4
    together = answers(decoder(phi3(), new=long), asked)
    alone = {}
    for request in asked:
        alone |= answers(decoder(phi3(), new=long), [request])
    assert together != alone


def test_up_to_its_original_length_it_does_not() -> None:
    asked = requests(prompts=3, samples=1)
    new = context_of(phi3().config).tokens - len(asked[-1].prompt)
    together = answers(decoder(phi3(), new=new), asked)
    alone = {}
    for request in asked:
        alone |= answers(decoder(phi3(), new=new), [request])
    assert together == alone


@pytest.mark.parametrize(
    ("config", "tokens"),
    [
        ({"max_position_embeddings": 512}, 512),
        ({}, None),
        ({"max_position_embeddings": 512, "rope_parameters": LONGROPE}, ORIGINAL),
        (
            {
                "max_position_embeddings": 512,
                "rope_scaling": FACTORS,
                "original_max_position_embeddings": 32,
            },
            32,
        ),
        ({"max_position_embeddings": 512, "rope_parameters": {"full_attention": LONGROPE}}, 64),
        ({"max_position_embeddings": 512, "rope_scaling": {"rope_type": "yarn"}}, 512),
    ],
)
def test_the_limit_follows_from_the_config(config: dict[str, Any], tokens: int | None) -> None:
    found = context_of(SimpleNamespace(**config))
    assert (found.tokens if found else None) == tokens


def test_a_prompt_that_would_go_beyond_is_refused_with_the_reason() -> None:
    settings = GenerationSettings(backend="transformers", base_model="tiny", max_new_tokens=20)
    reader = Reader(
        settings, tokenizer(WITH_BOS, adds_bos=True), frozenset(), 258, context_of(phi3().config)
    )
    task = Task("own/f", f"// {'a' * ORIGINAL}\nfn f() {{\n", "f", test="", canonical_solution="")
    with pytest.raises(ConfigError, match=r"exceeds the model's original length of 64.*longrope"):
        reader.requests(Role.BASE, [(task, (0,))])
