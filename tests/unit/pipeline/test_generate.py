"""Generation checks its needs before slow work, and shows progress during long batches."""

import importlib.util
import random

import pytest

from evalpkg.config import EvalConfig
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.generation import create, require_packages
from evalpkg.pipeline.generate import TokenMeter, seed_everything
from evalpkg.reporting.progress import Progress


def test_a_missing_package_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    known = importlib.util.find_spec
    monkeypatch.setattr(
        create, "find_spec", lambda name: None if name in ("peft", "openai") else known(name)
    )
    with pytest.raises(EnvironmentUnfitError, match="'peft', which is not installed") as caught:
        require_packages("transformers")
    assert "evalpkg[models]" in caught.value.cure
    with pytest.raises(EnvironmentUnfitError) as caught:
        require_packages("openai")
    assert "evalpkg[openai]" in caught.value.cure
    require_packages("replay")


def test_tokens_are_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    said: list[str] = []
    progress = Progress(None, interactive=False)
    progress.note = said.append  # type: ignore[assignment]
    meter = TokenMeter(progress)
    for _ in range(50):
        meter.count(100)
        now[0] += 1.0
    assert len(said) == 3
    assert said[0].startswith("1,600 tokens generated, 100 a second")


def test_the_global_generators_are_seeded_and_told() -> None:
    config = EvalConfig(seed=7, backend="replay", replay_base="stub", replay_finetuned="stub")
    assert seed_everything(config) == {"python": 7}
    first = random.random()
    seed_everything(config)
    assert random.random() == first
