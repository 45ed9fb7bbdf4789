"""One table of backends: what is needed to add one, and what follows from its row."""

import sys
from types import ModuleType

import pytest

from evalpkg.config import EvalConfig, load_config
from evalpkg.errors import ConfigError
from evalpkg.generation import (
    BACKENDS,
    Generated,
    GenerationSettings,
    ModelUsed,
    create_backend,
)
from evalpkg.generation.create import BackendEntry
from evalpkg.models import Role, Sample, Task
from evalpkg.pipeline.facts import RunFacts
from evalpkg.pipeline.metadata import build_metadata
from evalpkg.pipeline.stage_settings import generation_settings
from evalpkg.store.layout import RunLayout
from tests.unit.pipeline.test_metadata import TASKS

TASK = Task("t", "fn f() {", "f", "")


class Echo:
    def __init__(self, settings, listener):
        self.prefix = settings.replay_base

    def generate(self, role, work):
        for task, indexes in work:
            for index in indexes:
                yield Sample(role, task.task_id, index, self.prefix + task.prompt)

    def provenance(self):
        return Generated("echo", {role: ModelUsed(f"echo of {role}") for role in Role})

    def close(self):
        pass


@pytest.fixture
def echo(monkeypatch):
    module = ModuleType("echo_of_a_test")
    vars(module)["Echo"] = Echo
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names = {Role.BASE: "replay_base", Role.FINETUNED: "replay_finetuned"}
    row = BackendEntry("the prompt again", "echo_of_a_test:Echo", names)
    monkeypatch.setitem(BACKENDS, "echo", row)
    return {"backend": "echo", "replay_base": "// ", "replay_finetuned": "x"}


def test_a_new_backend_is_its_file_and_a_row_of_the_table(echo, tmp_path):
    assert "echo" in EvalConfig.choices("backend")
    config = load_config(echo)
    backend = create_backend(generation_settings(config))
    (sample,) = backend.generate(Role.BASE, [(TASK, [3])])
    assert (sample.key, sample.completion) == ((Role.BASE, "t", 3), "// fn f() {")
    facts = RunFacts.load(RunLayout(tmp_path))
    assert build_metadata(config, TASKS, facts).models[Role.BASE].name == "// "
    facts.add_generation(backend.provenance())
    assert build_metadata(config, TASKS, facts).models[Role.BASE].name == "echo of base"


def test_a_model_without_a_name_is_refused_by_the_name_of_its_setting(echo):
    with pytest.raises(ConfigError, match="give replay_finetuned, or skip_finetuned"):
        load_config(echo | {"replay_finetuned": ""})
    assert load_config(echo | {"replay_finetuned": "", "skip_finetuned": True})


def test_an_unknown_backend_names_the_known_ones():
    for attempt in (
        lambda: load_config({"backend": "echo"}),
        lambda: create_backend(GenerationSettings(backend="echo")),
    ):
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert ", ".join(BACKENDS) in caught.value.cure


def test_what_a_backend_must_tell_the_user_becomes_a_warning_of_the_run(tmp_path):
    facts = RunFacts.load(RunLayout(tmp_path))
    facts.add_generation(Generated("replay", {}, notes=("mind this",)))
    facts.add_generation(Generated("replay", {}, notes=("and that",)))
    config = load_config({"backend": "replay", "replay_base": "stub", "replay_finetuned": "stub"})
    assert build_metadata(config, TASKS, facts).warnings == ["mind this", "and that"]
