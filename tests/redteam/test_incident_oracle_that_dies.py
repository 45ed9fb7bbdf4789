"""Incident: an oracle died between an answer's header and its payload, and the payload was obeyed.

An answer sized memory that the test held, so that the next answer could not be allocated and the
oracle ended. What it had not read stayed in the pipe, and the judge read it on as the frames of
the samples that followed: one completion wrote "passed" for its neighbours.
"""

from __future__ import annotations

import struct

import pytest

from evalpkg.models import Extraction, Task, VerdictKind
from evalpkg.scoring import Scorer, ScoringSettings

PLAN = Task(
    "plan",
    "// The size of a buffer for n items, and its name.\nfn plan(n: u32) -> (usize, String) {",
    "plan",
    """mod tests { use super::*;
    #[test] fn t() {
        let (size, name) = plan(1);
        let buffer = vec![0u8; size];
        let (more, _) = plan(2);
        assert_eq!((buffer.len(), name.as_str(), more), (10, "one", 20));
    } }""",
)
ADD_ONE = Task(
    "add one",
    "fn inc(n: i32) -> i32 {",
    "inc",
    "mod tests { use super::*; #[test] fn t() { assert_eq!(inc(1), 2); assert_eq!(inc(5), 6); } }",
)


def frame(tag: bytes, payload: bytes = b"") -> bytes:
    return tag + struct.pack("<I", len(payload)) + payload


def forged() -> str:
    """The attacker's own end, then two right answers for each of three samples, as a Rust text."""
    end = frame(b"E", bytes(21))
    answers = b"".join(frame(b"A", b"R" + struct.pack("<i", right)) for right in (2, 6))
    frames = end + 3 * (frame(b"S") + answers + end)
    return "".join(f"\\u{{{byte:x}}}" for byte in frames)


def attack(size: int) -> str:
    return (
        "fn plan(n: u32) -> (usize, String) {\n"
        f'    if n == 1 {{ return ({size}, "one".into()); }}\n'
        f'    let mut s = "{forged()}".to_string();\n'
        "    while s.len() < 1_000_000 { s.push('\\0'); }\n    (8, s)\n}\n"
    )


@pytest.mark.parametrize("size", range(2_141_000_000, 2_144_000_000, 500_000))
def test_what_a_dead_oracle_left_is_no_verdict_for_anybody(size: int) -> None:
    wrong = [(ADD_ONE, f"fn inc(n: i32) -> i32 {{ n + {k} }}") for k in (7, 8, 9)]
    items = [(PLAN, attack(size)), *wrong]
    with Scorer(ScoringSettings(workers=1, batch_size=4), [PLAN, ADD_ONE]) as scorer:
        verdicts = scorer.judge_all([(task, Extraction(text, "test")) for task, text in items])
    assert [verdict.kind for verdict in verdicts[1:]] == [VerdictKind.TEST_FAILED] * 3
    assert verdicts[0].kind not in (VerdictKind.PASSED, VerdictKind.INFRA_ERROR)
