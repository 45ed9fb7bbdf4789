"""A report made with what a corpus holds is sealed and verified as any other."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from evalpkg.contamination import read_touched
from evalpkg.models import Mode
from evalpkg.pipeline.publish import RunContent, publish
from evalpkg.statistics import UNTOUCHED
from evalpkg.verify import Rechecks, verify_run
from tests.unit.runs.result_records import TASKS
from tests.unit.runs.result_runs import finished_run


def test_the_result_without_touched_tasks_is_shown_sealed_and_verified(tmp_path: Path) -> None:
    layout = finished_run(tmp_path / "run")
    ids = [task.task_id for task in TASKS]
    found = tmp_path / "found.json"
    found.write_text(json.dumps({"touched": ids[:1], "tasks": {one: [] for one in ids}}))
    publish(layout, RunContent.read(layout), contamination=found)
    assert UNTOUCHED in layout.html.read_text(encoding="utf-8")
    assert UNTOUCHED in layout.comparison(Mode.NO_POLICY).read_text(encoding="utf-8")
    report = verify_run(layout.root)
    assert report.ok, [check for check in report.checks if not check.ok]
    assert any("which tasks the training data contain" in text for text in report.left_out)
    report = verify_run(layout.root, rechecks=Rechecks(touched=partial(read_touched, found)))
    assert report.ok
    assert not any("training data" in text for text in report.left_out)
    found.write_text(json.dumps({"touched": ids[1:], "tasks": {one: [] for one in ids}}))
    report = verify_run(layout.root, rechecks=Rechecks(touched=partial(read_touched, found)))
    told = " ".join(text for check in report.checks for text in check.problems)
    assert "settings.touched" in told
    assert "settings.contamination_sha256" in told
    publish(layout, RunContent.read(layout))
    assert UNTOUCHED not in layout.html.read_text(encoding="utf-8")
