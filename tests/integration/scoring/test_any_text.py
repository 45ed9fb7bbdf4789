"""No text, whatever is in it, ends a scoring run or leaves a row without a verdict of its own."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.integration.adding import TASK
from tests.integration.run.command import read_lines, succeed

SEED = 20_261_129
ROWS = 48
RIGHT = "    x + y\n}\n"
FRAGMENTS = [
    *("fn add(x: i32, y: i32) -> i32 {", "x + y", "}", "{", "```", "```rust", "\n", "\n\n", " "),
    *('"', "'", 'r#"', '"#', "/*", "*/", "//", "#[test]", "#![deny(warnings)]", "mod m {", "impl "),
    *("use std::fmt;", "use std::{", "fn main() {", "let y =", "\\", "\r\n", "\u202e", "\ufeff"),
    *("<think>", "</think>", "<|im_end|>", "\0", "\ud800", "\U0001f980", "macro_rules! m {", "::"),
    *("unsafe {", "loop {", "panic!()", "std::process::exit(0)", "include!(", "asm!(", "$crate"),
    *('{"code": "', '"}', "&lt;", "0x", "1e999", "'a", "<T>", "dyn ", "async ", "= 5;", "-> "),
]


def texts() -> list[str]:
    """Texts of bytes, of characters, of JSON and of pieces of Rust, always the same ones."""
    draw = random.Random(SEED)
    found = []
    for number in range(ROWS):
        size = draw.randrange(200)
        if number % 4 == 0:
            found.append(draw.randbytes(size).decode("latin-1"))
        elif number % 4 == 1:
            found.append("".join(chr(draw.randrange(0x110000)) for _ in range(size)))
        elif number % 4 == 2:
            value = {draw.choice(FRAGMENTS): [draw.choice(FRAGMENTS), draw.random(), None]}
            found.append(json.dumps(value))
        else:
            body = "".join(draw.choices(FRAGMENTS, k=draw.randrange(1, 30)))
            found.append(draw.choice(["", RIGHT, TASK["prompt"], "```rust\n"]) + body)
    return found


def test_every_row_gets_a_verdict_of_its_own(tmp_path: Path) -> None:
    asked = [*texts(), RIGHT]
    rows = [json.dumps({"task_id": "t/add", "completion": text}) + "\n" for text in asked]
    (tmp_path / "rows.jsonl").write_text("".join(rows))
    (tmp_path / "tasks.jsonl").write_text(json.dumps(TASK) + "\n")
    out = tmp_path / "out"
    succeed(
        *("score", tmp_path / "rows.jsonl", "--dataset", tmp_path / "tasks.jsonl"),
        *("--verdicts-only", "--output-dir", out, "--no-cache", "--timeout", "1"),
    )
    found = read_lines(out / "verdicts.jsonl")
    assert [row["index"] for row in found] == [*range(len(asked))]
    kinds = [row["verdict"] for row in found]
    assert "infra_error" not in kinds
    assert len(set(kinds)) > 2
    assert kinds[-1] == "passed"
