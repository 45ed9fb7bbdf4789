import math
from typing import Any

import pytest

from evalpkg.errors import ConfigError
from evalpkg.generation import GenerationSettings, create_backend


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dtype", "int8"),
        ("attention", "flash"),
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("top_p", math.nan),
        ("top_k", -1),
        ("max_new_tokens", 0),
        ("batch_size", 0),
        ("openai_concurrency", 0),
        ("openai_choices", 0),
        ("openai_timeout", 0.0),
        ("openai_max_retries", -1),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(ConfigError) as caught:
        GenerationSettings(**{name: value})
    assert name in caught.value.cause
    assert str(value) in caught.value.cause
    assert caught.value.cure


def test_edge_values_are_accepted():
    edge: dict[str, Any] = {
        "temperature": 0,
        "top_p": 1.0,
        "top_k": 1,
        "max_new_tokens": 1,
        "batch_size": 1,
    }
    settings = GenerationSettings(**edge)
    assert {name: getattr(settings, name) for name in edge} == edge


def test_an_unknown_prompt_template_names_the_known_ones():
    settings = GenerationSettings(
        backend="openai", openai_base_url="http://127.0.0.1:9/v1", prompt_template="nice"
    )
    with pytest.raises(ConfigError) as caught:
        create_backend(settings)
    assert "nice" in caught.value.cause
    assert "default" in caught.value.cure
