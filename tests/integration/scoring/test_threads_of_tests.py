"""Tests that end while a thread of theirs still calls the program.

What the thread has not read stays on the pipe. The judge once took it for the head of a frame of
two gigabytes, waited for it, and the run stood still.
"""

from __future__ import annotations

from evalpkg.models import Extraction, Task
from evalpkg.scoring import Scorer, ScoringSettings

HEAD = "fn many(n: usize) -> Vec<u8> {\n"
TASK = Task(
    "t",
    HEAD,
    "many",
    """mod tests { use super::*;
    #[test] fn t() {
        let right = many(3) == [1, 1, 1];
        for _ in 0..4 {
            std::thread::spawn(|| loop { many(1); });
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(right);
    } }""",
)
RIGHT, WRONG = ("    vec![1; n]\n}\n", "    vec![2; n]\n}\n")


def test_a_call_that_is_cut_off_spoils_no_verdict() -> None:
    answers = [WRONG, RIGHT, WRONG, WRONG, RIGHT, "    panic!()\n}\n"] * 4
    items = [
        (TASK, Extraction(f"{HEAD}    // {number}\n{answer}", "test"))
        for number, answer in enumerate(answers)
    ]
    with Scorer(ScoringSettings(workers=1, timeout_s=5, cache=None), [TASK]) as scorer:
        kinds = [verdict.kind.value for verdict in scorer.judge_all(items)]
    told = {RIGHT: "passed", WRONG: "test_failed"}
    assert kinds == [told.get(answer, "panicked") for answer in answers]
