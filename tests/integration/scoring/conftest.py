"""A real scorer: real rustc, real sandbox."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from evalpkg.models import Extraction, Task, Verdict
from evalpkg.scoring.scorer import Scorer
from evalpkg.scoring.scoring_settings import ScoringSettings

TASKS = {
    "close": Task(
        "close",
        "fn close(numbers: &[f32], threshold: f32) -> bool {",
        "close",
        """mod tests { use super::*;
        #[test] fn near() { assert!(close(&[1.0, 2.0, 2.1], 0.5)); }
        #[test] fn far() { assert!(!close(&[1.0, 2.0], 0.5)); } }""",
        edition="2021",
    ),
    "bump": Task(
        "bump",
        "fn bump(values: &mut [i32], by: i32) {",
        "bump",
        """mod tests { use super::*;
        #[test] fn bumps() { let mut v = [1, 2]; bump(&mut v, 3); assert_eq!(v, [4, 5]); } }""",
        edition="2021",
    ),
    "divide": Task(
        "divide",
        "fn divide(a: i32, b: i32) -> i32 {",
        "divide",
        """mod tests { use super::*;
        #[test] #[should_panic] fn by_zero() { divide(1, 0); }
        #[test] fn by_two() { assert_eq!(divide(4, 2), 2); } }""",
        edition="2021",
    ),
}
TASKS["close, too"] = replace(TASKS["close"], task_id="close, too", cluster="close")


class Court:
    """Judges programs and hands the verdicts back in order."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer = scorer

    def judge(self, programs: Sequence[tuple[Task, str]]) -> list[Verdict]:
        found: dict[int, Verdict] = {}

        def keep(position: int, verdict: Verdict, _cached: bool) -> None:
            assert position not in found
            found[position] = verdict

        self.scorer.judge([(t, Extraction(source, "test")) for t, source in programs], keep)
        return [found[i] for i in range(len(programs))]


def court(settings: ScoringSettings) -> Iterator[Court]:
    scorer = Scorer(settings, list(TASKS.values()))
    yield Court(scorer)
    scorer.close()


@pytest.fixture(scope="package")
def bench() -> Iterator[Court]:
    """Two seconds of time are plenty for these programs."""
    yield from court(ScoringSettings(timeout_s=2, workers=2, batch_size=16))
