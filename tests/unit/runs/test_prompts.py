"""Prompts are stored as the models saw them, and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.evidence import seal_run
from evalpkg.evidence.metadata import read_metadata, write_metadata
from evalpkg.generation.prompts import get_template
from evalpkg.models import Mode, Role, SeenPrompt
from evalpkg.reporting.bundle.pack import pack_run
from evalpkg.reporting.run_files import load_run
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import write_mode_files
from evalpkg.store.prompt_log import PROMPT, PromptKeeper, PromptLog, write_prompts
from evalpkg.store.sample_log import SampleLog
from evalpkg.verify import verify_run
from tests.unit.runs.result_records import ROLES, TASKS
from tests.unit.runs.result_runs import begin_run, metadata, write_metrics

IDS = (1, 20, 300)
DIGEST = hashlib.sha256(b"1,20,300").hexdigest()


def prompt_of(role: Role, number: int) -> SeenPrompt:
    message = get_template("default").render(TASKS[number])
    return SeenPrompt(role, TASKS[number].task_id, DIGEST, message, f"<|user|>{message}", IDS)


@pytest.fixture
def run(tmp_path: Path) -> RunLayout:
    """A run whose samples name the digest of ``IDS`` as their prompt's."""
    layout = begin_run(tmp_path / "run")
    about = metadata()
    about.generation = {"backend": "transformers"}
    write_metadata(layout, about)
    log = SampleLog(layout.samples_log)
    log.replace([replace(sample, prompt_sha256=DIGEST) for sample in log.read()])
    keeper = PromptKeeper(layout, TASKS)
    keeper.keep([prompt_of(role, n) for role in reversed(ROLES) for n in (2, 0, 1)])
    keeper.keep(
        [
            replace(prompt_of(Role.BASE, 0), text="another"),
            replace(prompt_of(Role.BASE, 0), task_id="trial"),
        ]
    )
    keeper.close()
    write_mode_files(layout, TASKS, ROLES, list(Mode), 2)
    write_prompts(layout, TASKS, ROLES)
    write_metrics(layout, 2)
    seal_run(layout)
    return layout


def problems(run: RunLayout) -> str:
    checks = verify_run(run.root).checks
    return "\n".join(next(check for check in checks if check.name == "prompts").problems)


def test_each_prompt_is_stored_once_in_the_order_of_the_tasks(run: RunLayout) -> None:
    stored = list(PROMPT.read(run.prompts))
    assert stored == [prompt_of(role, n) for role in ROLES for n in range(3)]
    assert problems(run) == ""


def told_of_two(run: RunLayout, **settings: object) -> str:
    """What is said of a run whose two models have different prompts."""
    about = read_metadata(run)
    about.arguments |= {"backend": "transformers", **settings}
    write_metadata(run, about)
    other = hashlib.sha256(b"1,20,301").hexdigest()
    log = SampleLog(run.samples_log)
    log.replace(
        [
            replace(one, prompt_sha256=other) if one.role is Role.FINETUNED else one
            for one in log.read()
        ]
    )
    run.prompts_log.unlink()
    keeper = PromptKeeper(run, TASKS)
    for number in range(3):
        tuned = replace(prompt_of(Role.FINETUNED, number), sha256=other, ids=(1, 20, 301))
        keeper.keep([prompt_of(Role.BASE, number), tuned])
    keeper.close()
    write_mode_files(run, TASKS, ROLES, list(Mode), 2)
    write_prompts(run, TASKS, ROLES)
    return problems(run)


def test_models_with_one_tokenizer_have_one_prompt(run: RunLayout) -> None:
    said = told_of_two(run)
    assert said.count("the fine-tuned model's prompt") == 3
    assert "T/1" in said


@pytest.mark.parametrize("own", [{"finetuned_template": "adapter"}, {"own_tokenizers": True}])
def test_models_with_tokenizers_of_their_own_may_have_two(
    run: RunLayout, own: dict[str, object]
) -> None:
    assert told_of_two(run, **own) == ""


def test_a_session_that_goes_on_stores_nothing_twice(run: RunLayout) -> None:
    keeper = PromptKeeper(run, TASKS)
    keeper.keep([prompt_of(Role.BASE, 1)])
    keeper.close()
    assert len(list(PromptLog(run.prompts_log).read())) == 6


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda p: p.pop(0), "base T/0: prompt (none), expected"),
        (lambda p: p.append(replace(p[0], task_id="T/9")), "T/9: no sample was made from this"),
        (lambda p: p.reverse(), "not ordered by model, then task"),
        (lambda p: p.insert(0, p[0]), "two prompts of one task and model"),
        (lambda p: p.__setitem__(0, replace(p[0], ids=(1, 2))), "base T/0: sha256 is"),
        (lambda p: p.__setitem__(0, replace(p[0], sha256="00" * 32)), "expected " + DIGEST),
        (lambda p: p.__setitem__(0, replace(p[0], message="Be kind")), "its message is not what"),
        (lambda p: p.__setitem__(0, replace(p[0], text="Be kind")), "its text does not hold"),
    ],
)
def test_a_changed_prompt_is_named(
    run: RunLayout, edit: Callable[[list[SeenPrompt]], None], problem: str
) -> None:
    stored = list(PROMPT.read(run.prompts))
    edit(stored)
    PROMPT.write(run.prompts, stored)
    assert problem in problems(run)


def test_prompts_that_are_missing_are_named(run: RunLayout) -> None:
    run.prompts.unlink()
    assert "prompts.jsonl: missing" in problems(run)


def test_the_page_has_what_each_model_saw(run: RunLayout) -> None:
    files = load_run(run.root)
    assert files.prompts[Role.BASE, "T/1"].startswith("<|user|>fn f1() {")
    assert len(pack_run(files, {}).tasks) == 3
