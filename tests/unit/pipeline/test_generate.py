"""Generation checks its needs before slow work, and shows progress during long batches."""

import importlib.util
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.config import EvalConfig, load_config
from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation import create
from evalpkg.generation.create import require_packages
from evalpkg.generation.pool import cluster
from evalpkg.generation.replay import ReplayBackend
from evalpkg.models import Sample
from evalpkg.pipeline.generate import TokenMeter, generate_missing, seed_everything
from evalpkg.pipeline.run import generate_only, run_evaluation
from evalpkg.pipeline.run_samples import RunSamples
from evalpkg.pipeline.session import Session
from evalpkg.pipeline.workshop import Workshop
from evalpkg.reporting.progress import Progress
from evalpkg.store import SampleLog


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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"backend": "vllm", "vllm_python": "/nowhere"}, "no program /nowhere"),
        ({"cluster": "nonsense"}, "cluster is 'nonsense'"),
    ],
)
def test_a_wrong_name_of_an_engine_costs_no_self_check_and_no_torch(
    settings: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(Workshop, "scorer", lambda *_, **__: begun.append("scorer"))
    monkeypatch.setattr(Workshop, "backend", lambda *_: begun.append("backend"))
    for module in (create, cluster):
        monkeypatch.setattr(module, "find_spec", lambda *_: True)
    config = load_config(
        {
            "base_model": "embedded",
            "checkpoint_path": "embedded",
            "limit": 1,
            "output_dir": tmp_path,
            "noninteractive": True,
            "skip_env_check": True,
            **settings,
        }
    )
    for command in (run_evaluation, generate_only):
        with pytest.raises(ConfigError, match=message):
            command(config)
    assert begun == []


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


def test_samples_are_judged_as_the_next_session_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that cuts a character in two sends the halves of a surrogate pair."""
    halves, whole = "\ud83d" + "\ude00", "\U0001f600"
    config = EvalConfig(
        backend="replay",
        replay_base="stub",
        replay_finetuned="stub",
        limit=1,
        num_samples=1,
        k_values=(1,),
        output_dir=tmp_path,
        noninteractive=True,
        skip_env_check=True,
    )
    replayed = ReplayBackend.generate

    def generate(*arguments: object) -> Iterator[Sample]:
        for sample in replayed(*arguments):  # type: ignore[arg-type]
            yield replace(sample, completion=halves)

    monkeypatch.setattr(ReplayBackend, "generate", generate)
    taken: list[Sample] = []

    @contextmanager
    def beside(_: object) -> Iterator[Callable[[Sequence[Sample]], None]]:
        yield taken.extend

    with Session(config) as session, session.progress() as progress, Workshop() as shop:
        samples = RunSamples.of(session)
        assert generate_missing(session, progress, shop, samples, beside) == 2
        read = SampleLog(session.layout.samples_log).by_key()
    assert samples.present() == read
    assert [sample.completion for sample in taken] == [whole, whole]
