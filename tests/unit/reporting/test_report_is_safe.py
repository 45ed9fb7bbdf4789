"""Nothing that a model or a data set wrote can act inside a report."""

import base64
import gzip
import hashlib
import html
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalpkg.evidence.metadata import Model
from evalpkg.models import Mode, Role, VerdictKind
from evalpkg.reporting import write_reports
from evalpkg.reporting.bundle.pack import MAX_TEXT, _chunk
from evalpkg.reporting.format import plain
from evalpkg.reporting.html import json_for_html
from evalpkg.reporting.markdown import _escape
from evalpkg.store.records import TASK, read_tasks
from tests.unit.reporting.report_runs import change_one, change_rows, finish_run, make_run

pytestmark = pytest.mark.slow

ATTACK = "</script><script>alert(1)</script>"
HOSTILE = f"{ATTACK}\u2028\u0000\u202e]]>--><img src=x onerror=alert(2)>\ud800 {{{{7*7}}}} \x1b[2J"


def unpack(page, name):
    data = re.search(rf'<script type="application/gzip" id="{name}">([^<]*)</script>', page)[1]
    return json.loads(gzip.decompress(base64.b64decode(data)))


def hostile_run(tmp_path):
    """A run in which every field that is not ours holds an attack."""
    layout = make_run(tmp_path)
    tasks = read_tasks(layout.tasks)
    evil = replace(
        tasks[0],
        task_id=f"0{ATTACK}|`x`",
        entry_point=f"f{ATTACK}",
        prompt=HOSTILE,
        test=HOSTILE,
        canonical_solution=HOSTILE,
        category=ATTACK,
        erratum=HOSTILE,
    )
    TASK.write(layout.tasks, [evil, *tasks[1:]])
    old = tasks[0].task_id
    change_rows(layout, lambda _, r: replace(r, task_id=evil.task_id) if r.task_id == old else r)
    fields = {
        "completion": HOSTILE,
        "source": HOSTILE,
        "detail": HOSTILE,
        "error_code": ATTACK,
        "extraction_rule": ATTACK,
        "finish_reason": ATTACK,
        "verdict": VerdictKind.COMPILE_ERROR,
        "passed": False,
        "policy_violations": (ATTACK, "a|b"),
    }
    change_rows(layout, change_one(evil.task_id, 0, **fields))
    models = {role: Model(name=ATTACK, adapter=HOSTILE) for role in Role}
    finish_run(layout, 4, (1,), models=models, warnings=[HOSTILE])
    write_reports(layout.root)
    return layout, layout.html.read_text(encoding="utf-8")


def test_no_hostile_text_becomes_markup(tmp_path):
    _, page = hostile_run(tmp_path)
    assert ATTACK not in page
    assert "<img" not in page
    assert "alert(1)</script>" not in page
    assert html.escape(ATTACK) in page  # it is there, as text
    for tag in ("script", "style"):
        assert page.count(f"<{tag}") == page.count(f"</{tag}>")
    tasks = 12
    assert page.count("<script") == tasks + 3  # tasks, index, labels, our own


def test_the_page_runs_no_script_but_ours(tmp_path):
    _, page = hostile_run(tmp_path)
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind, pattern in (
        ("script", r'<script type="module">(.*?)</script>'),
        ("style", r"<style>(.*?)</style>"),
    ):
        text = re.search(pattern, page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(r"""\s(?:style|on\w+)=["']""", page.split("<script")[0])


def test_the_page_loads_nothing(tmp_path):
    _, page = hostile_run(tmp_path)
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    assert not re.search(r"""(?:src|srcset|action|poster|data)=["']""", markup)
    links = re.findall(r'href="([^"]*)"', markup)
    assert links
    assert all(link.startswith("#") for link in links)
    assert "@import" not in page
    assert "url(http" not in page


def test_the_page_holds_no_control_character_and_is_valid_utf_8(tmp_path):
    layout, _ = hostile_run(tmp_path)
    page = layout.html.read_bytes().decode("utf-8")
    assert not re.findall("[\x00-\x08\x0b-\x1f\x7f\u2028\u202a-\u202e\u2066-\u2069]", page)


def test_the_samples_come_out_of_the_page_as_they_went_in(tmp_path):
    _, page = hostile_run(tmp_path)
    task = unpack(page, "task-0")
    assert task["prompt"] == HOSTILE
    row = task["samples"]["finetuned"][0]
    assert [task["strings"][i] for i in row[1:6]] == [HOSTILE] * 3 + [ATTACK] * 2
    index = unpack(page, "index")
    assert index["tasks"][0]["id"].startswith(f"0{ATTACK}")
    assert ATTACK in index["codes"]
    assert {ATTACK, "a|b"} <= set(index["violations"])


def test_every_sample_of_every_mode_is_in_the_page(tmp_path):
    layout = make_run(tmp_path, seed=3)
    write_reports(layout.root)
    page = layout.html.read_text(encoding="utf-8")
    index = unpack(page, "index")
    assert index["modes"] == [mode.value for mode in Mode]
    for role in Role:
        own = index["samples"][role.value]
        assert own["count"] == [4] * 12
        assert {len(own[column]) for column in ("verdict", "code", "rules")} == {48}
        metrics = json.loads(layout.metrics(Mode.POLICY).read_text())["roles"][role.value]
        correct = sum(task["c"] for task in metrics["per_task"])
        assert own["passed"]["policy"].count("1") == correct
    assert all(len(unpack(page, f"task-{i}")["samples"]["base"]) == 4 for i in range(12))


def test_a_text_that_nobody_would_read_to_its_end_is_cut(tmp_path):
    layout = make_run(tmp_path)
    change_rows(layout, change_one("Synthetic/0", 0, completion="x" * (MAX_TEXT + 1)))
    write_reports(layout.root)
    strings = unpack(layout.html.read_text(encoding="utf-8"), "task-0")["strings"]
    longest = max(strings, key=len)
    assert longest.startswith("x" * MAX_TEXT + "\n… cut here; 20,001 characters")


def test_markdown_shows_hostile_text_literally(tmp_path):
    layout, _ = hostile_run(tmp_path)
    for path in (layout.summary, layout.comparison(Mode.POLICY)):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text.replace("\\<", "")
        tables = [line for line in text.splitlines() if line.startswith("|")]
        widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
        heads = [i for i, line in enumerate(tables) if set(line) <= set("|-")]
        for start, end in zip(heads, [*heads[1:], len(tables) + 1], strict=True):
            assert len(set(widths[start - 1 : end - 1])) == 1


@given(st.text())
@settings(max_examples=300)
def test_any_text_survives_packing_and_never_leaves_its_element(text):
    chunk = _chunk("x", {"text": text})
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", chunk.data)
    assert json.loads(gzip.decompress(base64.b64decode(chunk.data))) == {"text": text}
    packed = json_for_html({"text": text})
    assert "<" not in packed
    assert json.loads(packed) == {"text": text}


@given(st.text())
@settings(max_examples=300)
def test_plain_text_is_printable_and_on_one_line(text):
    assert plain(text).isprintable()


@given(st.text(alphabet="ab|`*_[]<>\\"))
def test_markdown_escaping_leaves_no_active_character(text):
    assert re.fullmatch(r"(?:[ab]|\\[|`*_\[\]<>\\])*", str(_escape(text)))
