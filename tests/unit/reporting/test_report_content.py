"""The reports say what metrics.json says, whatever the run looks like."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from evalpkg.errors import DataError
from evalpkg.evidence.metadata import Host, Sandbox, SelfCheck, Tool
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.reporting import render_reports, write_reports
from evalpkg.store.layout import RunLayout
from tests.unit.reporting.report_runs import (
    ADAPTER,
    BASE,
    change_one,
    change_rows,
    finish_run,
    make_metadata,
    make_run,
)

pytestmark = pytest.mark.slow


class Text(HTMLParser):
    """Visible text of a page, by table row and in total; without scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.parts, self._skip = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self._skip = tag in ("script", "style")
        if tag == "tr":
            self.rows.append("")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skip = False
        if tag in ("td", "th", "p", "li", "h1", "h2", "dd", "dt", "figcaption"):
            self.handle_data(" ")

    def handle_data(self, data):
        if self._skip:
            return
        self.parts.append(data)
        if self.rows:
            self.rows[-1] += data

    @property
    def all(self):
        return tidy("".join(self.parts))

    def row(self, start):
        return next(tidy(row) for row in self.rows if tidy(row).startswith(start))


def tidy(text):
    return " ".join(text.replace("\u00a0", " ").replace("\u2212", "-").split())


def reports(layout):
    """Every report as one text, and the HTML page as a reader sees it."""
    write_reports(layout.root)
    page = Text(layout.html.read_text(encoding="utf-8"))
    paths = [layout.summary, *(layout.comparison(mode) for mode in Mode)]
    marks = [tidy(path.read_text(encoding="utf-8")) for path in paths if path.exists()]
    return page, [page.all, *marks]


def metrics_of(layout, mode=Mode.NO_POLICY):
    return json.loads(layout.metrics(mode).read_text(encoding="utf-8"))


def percent(share):
    return f"{100 * share:.1f} %"


DEGENERATE: dict[str, tuple[dict[str, Any], tuple[int, ...], str]] = {
    "base only": ({"roles": (Role.BASE,)}, (1,), "fine-tuned model was not part of this run"),
    "fine-tuned only": ({"roles": (Role.FINETUNED,)}, (1,), "base model was not part of this run"),
    "no policy only": ({"modes": (Mode.NO_POLICY,)}, (1,), "'with policy' was not part"),
    "policy only": ({"modes": (Mode.POLICY,)}, (1,), "'no policy' was not part"),
    "fewer samples than k": ({}, (1, 10), "pass@10 needs at least 10"),
    "no k of 1": ({}, (2,), "pass@1, no policy, is not part of this run"),
    "only k beyond n": ({}, (10,), "cannot be compared at pass@10"),
    "zero passes": ({"population": None, "rate": 0.0}, (1, 2), "0.0 %"),
    "all pass": ({"population": None, "rate": 1.0}, (1, 2), "100.0 %"),
    "one task": ({"tasks": 1}, (1,), "1 task"),
    "one sample": ({"samples": 1}, (1,), "1 sample each"),
    "one task and sample": ({"tasks": 1, "samples": 1}, (1,), "1 task"),
    "some infra errors": ({"infra_errors": 5}, (1, 4), "5 samples of 48 asked for ended in"),
    "nothing but infra errors": ({"infra_errors": 48}, (1,), "48 samples of 48 asked for"),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_a_report_of_any_run_is_whole_and_says_what_is_missing(tmp_path, name):
    chosen, k_values, said = DEGENERATE[name]
    layout = make_run(tmp_path, k_values, **chosen)
    for text in reports(layout)[1]:
        words = re.findall(r"\b(?:None|nan|NaN|inf|Infinity|undefined)\b", text)
        assert not words, words
        assert said in text


def test_every_pass_at_k_is_the_one_of_metrics_json(tmp_path):
    layout = make_run(tmp_path, (1, 2), seed=5)
    page, texts = reports(layout)
    for mode, label in ((Mode.NO_POLICY, "no policy"), (Mode.POLICY, "with policy")):
        metrics = metrics_of(layout, mode)
        for i, k in enumerate((1, 2)):
            row = page.row(f"pass@{k} {label}")
            for role in ("base", "finetuned"):
                estimate = metrics["roles"][role]["pass_at_k"][i]
                low, high = (100 * estimate["new_tasks"][end] for end in ("low", "high"))
                expected = f"{percent(estimate['value'])} {low:.1f} to {high:.1f} %"
                assert expected in row
                assert expected.replace(" ", " (", 2).replace(" (", " ", 1) + ")" in texts[1]
            difference = metrics["comparison"]["pass_at_k"][i]
            assert f"{100 * difference['value']:+.1f} " in row


def test_the_headline_is_the_sentence_of_the_statistics(tmp_path):
    layout = make_run(tmp_path, tasks=60, samples=8)
    page, texts = reports(layout)
    sentence = tidy(metrics_of(layout)["comparison"]["pass_at_k"][0]["sentence"])
    first = re.split(r"(?<=\.) (?=[A-Z])", sentence)[0].replace("<", "\\<")
    assert first in texts[1]
    assert first in texts[2]
    assert first.replace("\\<", "<") in page.all


def test_verdicts_error_codes_and_vetoes_are_those_of_metrics_json(tmp_path):
    layout = make_run(tmp_path, tasks=40, samples=10)
    page, _ = reports(layout)
    metrics = metrics_of(layout)
    for i, verdict in enumerate(metrics["roles"]["base"]["verdicts"]):
        tuned = metrics["roles"]["finetuned"]["verdicts"][i]
        if verdict["count"] or tuned["count"]:
            label = {"passed": "✓ passed", "compile_error": "C compile error"}.get(verdict["kind"])
            row = page.row(label) if label else page.all
            assert f"{percent(verdict['share']['value'])} {verdict['count']} " in row
            assert f"{percent(tuned['share']['value'])} {tuned['count']} " in row
    for code in metrics["roles"]["base"]["error_codes"]:
        assert re.search(rf"\b{code['count']}\b", page.row(code["code"] or "none"))
    policy = metrics_of(layout, Mode.POLICY)["roles"]
    vetoed = sum(policy[role]["policy"]["vetoed_correct"] for role in policy)
    assert f"The policy rejected {vetoed} correct sample" in page.all


def test_every_task_is_listed_with_its_counts_even_without_javascript(tmp_path):
    layout = make_run(tmp_path)
    page, _ = reports(layout)
    per_task = metrics_of(layout)["roles"]["base"]["per_task"]
    assert len(per_task) == 12
    for task in per_task:
        row = next(tidy(row) for row in page.rows if f" {task['task_id']} " in f" {tidy(row)} ")
        assert f" {task['c']}/{task['n']} " in row


def test_real_model_names_and_the_environment_are_told(tmp_path):
    _, texts = reports(make_run(tmp_path))
    for text in texts:
        plain = text.replace("\\", "")
        assert BASE in plain
        assert ADAPTER in plain
    for fact in (
        *("NVIDIA H100 PCIe", "bubblewrap", "rustc 1.85.0", "67aac52d0c1f"),
        *("torch 2.4.0+cu124 for driver 550.127.05", "nvcc was not found"),
    ):
        assert fact in texts[0]
        assert fact in texts[1]


def test_no_warning_where_there_is_no_cause(tmp_path):
    _, texts = reports(make_run(tmp_path))
    assert all("Before you believe" not in text for text in texts)


def test_every_cause_for_doubt_is_a_warning(tmp_path):
    layout = make_run(tmp_path)
    finish_run(
        layout,
        4,
        (1,),
        sandbox=Sandbox(provider="none"),
        tool=Tool(version="0.1.0", commit="ab" * 20, dirty=True),
        self_check=SelfCheck(passed=False, overridden=True, outcome="3 of 12 failed"),
        finished_at="",
        shard="1/4",
        warnings=["The data set has no licence."],
        hosts=[
            Host(
                shard="0/4",
                started_at="",
                finished_at="",
                environment=make_metadata([], [], 1, [1]).environment,
                warnings=["clock jumped"],
            )
        ],
    )
    for text in reports(layout)[1]:
        assert "Before you believe these numbers" in text
        for warning in (
            "Unsandboxed",
            "was overridden: 3 of 12 failed",
            "uncommitted changes",
            "has not finished",
            "Only part 1/4",
            "no licence",
            "Host 0/4: clock jumped",
        ):
            assert warning in text


def test_a_run_without_metadata_says_so(tmp_path):
    layout = make_run(tmp_path)
    layout.metadata.unlink()
    for text in reports(layout)[1]:
        assert "models, versions and sandbox of this run are unknown" in text.replace("\\", "")


def test_absent_rows_are_a_warning(tmp_path):
    layout = make_run(tmp_path)
    change_rows(layout, lambda role, row: None if row.index == 3 and role is Role.BASE else row)
    finish_run(layout, 4, (1,))
    assert "Incomplete: 12 samples of 48 asked for are missing, Base." in reports(layout)[0].all


def test_repaired_tasks_are_listed_with_the_reason(tmp_path):
    page, _ = reports(make_run(tmp_path))
    assert "1 task differs from the published data set" in page.all
    assert "Synthetic/7 the data set's test module is cut off" in page.all


def test_equal_files_give_equal_reports(tmp_path):
    one, two = make_run(tmp_path / "one"), make_run(tmp_path / "elsewhere")
    for layout in (one, two):
        write_reports(layout.root)
    assert one.html.read_bytes() == two.html.read_bytes()
    assert one.summary.read_bytes() == two.summary.read_bytes()


def test_reports_are_those_that_were_written(tmp_path):
    layout = make_run(tmp_path)
    write_reports(layout.root)
    texts = render_reports(layout.root)
    assert set(texts) == {layout.html, layout.summary, *(layout.comparison(mode) for mode in Mode)}
    assert all(path.read_text(encoding="utf-8") == text for path, text in texts.items())


def test_metrics_of_other_rows_are_refused(tmp_path):
    layout = make_run(tmp_path, population=None, rate=0.0)
    change_rows(layout, change_one("Synthetic/3", 1, passed=True, verdict=VerdictKind.PASSED))
    with pytest.raises(DataError, match="does not belong to the rows beside it"):
        write_reports(layout.root)


def test_modes_that_show_different_samples_are_refused(tmp_path):
    layout = make_run(tmp_path)
    path = layout.samples(Mode.POLICY, Role.BASE)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[1:]), encoding="utf-8")
    with pytest.raises(DataError, match="line 1: the other mode has another sample"):
        write_reports(layout.root)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(DataError, match="47 rows, the other mode 48"):
        write_reports(layout.root)


def test_an_empty_directory_is_refused_with_a_cure(tmp_path):
    layout = make_run(tmp_path)
    for mode in Mode:
        for role in Role:
            layout.samples(mode, role).unlink()
    with pytest.raises(DataError, match="holds no rows") as caught:
        write_reports(RunLayout(tmp_path).root)
    assert caught.value.cure


def test_the_first_line_does_not_say_that_uneven_numbers_of_samples_are_equal(tmp_path):
    layout = make_run(tmp_path / "run")
    finish_run(layout, 4, (1,), uneven={Role.BASE: {"Synthetic/0": 2}})
    write_reports(layout.root)
    assert "2 to 4 samples each" in layout.html.read_text(encoding="utf-8")
