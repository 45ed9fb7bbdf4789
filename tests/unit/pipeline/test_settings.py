"""The configuration reaches the stages whole."""

from dataclasses import fields
from pathlib import Path

from evalpkg.config import load_config
from evalpkg.generation import GenerationSettings
from evalpkg.pipeline.settings import generation_settings, scoring_settings, verdict_cache


def test_generation_gets_every_setting_it_shares() -> None:
    config = load_config(
        {"temperature": "0.7", "max_new_tokens": "9", "base_revision": "abc", "dtype": "float32"}
    )
    settings = generation_settings(config)
    for field in fields(GenerationSettings):
        if field.name in type(config).model_fields:
            assert getattr(settings, field.name) == getattr(config, field.name)


def test_a_skipped_fine_tune_needs_no_adapter() -> None:
    assert generation_settings(load_config({"skip_finetuned": True})).checkpoint_path == ""


def test_scoring_gets_its_limits() -> None:
    config = load_config(
        {
            "timeout": "3",
            "compile_timeout": "4",
            "memory_mb": "64",
            "output_kb": "5",
            "n_workers": 2,
        }
    )
    settings = scoring_settings(config)
    assert (settings.timeout_s, settings.compile_timeout_s) == (3.0, 4.0)
    assert (settings.memory_mb, settings.output_kb, settings.workers) == (64, 5, 2)


def test_the_verdict_cache_can_be_placed_or_switched_off(tmp_path: Path) -> None:
    assert scoring_settings(load_config({"no_cache": True})).cache is None
    placed = scoring_settings(load_config({"cache_dir": str(tmp_path)})).cache
    assert placed == verdict_cache(tmp_path) == tmp_path / "verdicts.sqlite"
