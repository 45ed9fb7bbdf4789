"""The configuration reaches the stages whole."""

from dataclasses import fields
from pathlib import Path

from evalpkg.config import EvalConfig, load_config
from evalpkg.generation import GenerationSettings
from evalpkg.pipeline.stage_settings import generation_settings, scoring_settings, verdict_cache

GROUPS = ("Models", "Other backends", "Pool of workers", "Sampling")


def another_value(name: str) -> object:
    """A value that the option called ``name`` accepts and that is not its default."""
    default = EvalConfig.model_fields[name].default
    choices = EvalConfig.choices(name)
    if choices:
        return next(choice for choice in choices if choice != default)
    if isinstance(default, bool):
        return not default
    if name == "reuse_base":
        return Path("other-run")
    if default is None:
        return 7
    if name in ("openai_extra_body", "vllm_engine_args"):
        return '{"a": 1}'
    if isinstance(default, int | float):
        return default / 2 if 0 < default < 1 else default + 1
    return "default2"


def test_every_setting_of_a_backend_has_an_option_that_reaches_it() -> None:
    named = {
        "replay_base": "stub",
        "replay_finetuned": "stub",
        "openai_base_model": "b",
        "openai_finetuned_model": "f",
    }
    before = generation_settings(load_config(named))
    reached = set()
    for name in EvalConfig.model_fields:
        if EvalConfig.group(name) in GROUPS:
            after = generation_settings(load_config({**named, name: another_value(name)}))
            reached |= {
                field.name
                for field in fields(GenerationSettings)
                if getattr(after, field.name) != getattr(before, field.name)
            }
    # The recorded samples are read from the files that two options name.
    assert {field.name for field in fields(GenerationSettings)} - reached == {"recorded"}


def test_a_skipped_fine_tune_needs_no_adapter() -> None:
    assert generation_settings(load_config({"skip_finetuned": True})).checkpoint_path == ""


def test_scoring_gets_its_limits() -> None:
    config = load_config(
        {
            "timeout": "3",
            "compile_timeout": "4",
            "memory_mib": "64",
            "output_kib": "5",
            "n_workers": 2,
        }
    )
    settings = scoring_settings(config)
    assert (settings.timeout_s, settings.compile_timeout_s) == (3.0, 4.0)
    assert (settings.memory_mib, settings.output_kib, settings.workers) == (64, 5, 2)


def test_the_verdict_cache_can_be_placed_or_switched_off(tmp_path: Path) -> None:
    assert scoring_settings(load_config({"no_cache": True})).cache is None
    placed = scoring_settings(load_config({"cache_dir": str(tmp_path)})).cache
    assert placed == verdict_cache(tmp_path) == tmp_path / "verdicts.sqlite"
