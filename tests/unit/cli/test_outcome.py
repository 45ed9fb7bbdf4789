"""The results in the terminal say everything once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.cli.outcome import show_metrics
from evalpkg.models import Mode, Role, VerdictKind
from tests.unit.reporting.report_runs import change_rows, finish_run, make_run


def test_a_policy_that_changes_no_number_has_no_numbers_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = make_run(tmp_path, tasks=3)
    for vetoed in ((), ("unsafe",)):

        def change(role: Role, row, mode: Mode, rules=vetoed):
            passed = row.verdict is VerdictKind.PASSED and (mode is Mode.NO_POLICY or not rules)
            return replace(row, policy_violations=rules, passed=passed)

        for mode in Mode:
            change_rows(layout, lambda role, row, mode=mode: change(role, row, mode), (mode,))
        finish_run(layout, 4, (1,))
        show_metrics(layout)
        _, _, policy = capsys.readouterr().out.partition("\npolicy:\n")
        assert policy.startswith("  changes no number\n") is not bool(vetoed)
        assert ("pass@1" in policy) is bool(vetoed)
