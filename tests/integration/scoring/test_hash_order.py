"""The order of a map is the same in every run: the same program gets the same verdict."""

from __future__ import annotations

import pytest

from evalpkg.models import Extraction, Task
from evalpkg.scoring import Scorer, ScoringSettings
from tests.redteam.test_redteam import PROVIDERS, available

TASK = Task(
    "order",
    "fn order(n: u32) -> Vec<u32> {",
    "order",
    "mod tests { use super::*; #[test] fn t() { assert_eq!(order(9), vec![0, 1]); } }",
)
PROGRAM = (
    "fn order(n: u32) -> Vec<u32> {\n"
    "    let map: std::collections::HashMap<u32, u32> = (0..n).map(|i| (i, i)).collect();\n"
    "    map.into_keys().collect() // RUN\n}\n"
)


def test_programs_that_differ_in_a_comment_see_one_order_in_any_company() -> None:
    programs = [PROGRAM.replace("RUN", str(run)) for run in range(12)]
    details = set()
    for batch_size in (1, 12):
        settings = ScoringSettings(workers=2, batch_size=batch_size)
        with Scorer(settings, [TASK]) as scorer:
            verdicts = scorer.judge_all([(TASK, Extraction(text, "test")) for text in programs])
        details |= {verdict.detail for verdict in verdicts}
    assert len(details) == 1
    assert "left: [" in details.pop()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_gives_the_same_seeds(provider: str) -> None:
    available(provider)
    details = set()
    for mode in (provider, "none"):
        settings = ScoringSettings(sandbox_mode=mode, workers=1)
        with Scorer(settings, [TASK]) as scorer:
            (verdict,) = scorer.judge_all([(TASK, Extraction(PROGRAM, "test"))])
        details.add(verdict.detail)
    assert len(details) == 1
    assert "left: [" in details.pop()
