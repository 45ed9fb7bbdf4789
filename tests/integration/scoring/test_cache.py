"""The verdict cache: the same program under the same conditions is judged once, ever."""

from dataclasses import replace
from pathlib import Path

from evalpkg.models import Extraction
from evalpkg.scoring.scorer import Scorer
from evalpkg.scoring.scoring_settings import ScoringSettings
from tests.integration.scoring.conftest import TASKS
from tests.integration.scoring.test_verdicts import RIGHT, SIGNATURE


def judge(settings: ScoringSettings, source: str) -> tuple[str, bool]:
    scorer = Scorer(settings, list(TASKS.values()))
    told: list[tuple[str, bool]] = []
    try:
        item = (TASKS["close"], Extraction(source, "test"))
        scorer.judge([item], lambda _, verdict, cached: told.append((verdict.kind, cached)))
    finally:
        scorer.close()
    return told[0]


def test_a_second_run_finds_the_verdict_and_changed_conditions_do_not(tmp_path: Path) -> None:
    settings = ScoringSettings(workers=1, cache=tmp_path / "verdicts.sqlite")
    source = f"{SIGNATURE} {RIGHT}"
    assert judge(settings, source) == ("passed", False)
    assert judge(settings, source) == ("passed", True)
    assert judge(settings, source + " ") == ("passed", False)
    assert judge(replace(settings, timeout_s=5), source) == ("passed", False)
    assert judge(replace(settings, memory_mib=512), source) == ("passed", False)
    assert judge(replace(settings, edition="2018"), source) == ("passed", False)
