"""Stands in for vLLM's process: it speaks the protocol and is not vLLM.

    python vllm_stand_in.py FOLDER

``FOLDER/faults.json`` says what goes wrong: ``exit_at_start``, ``die_after`` (answers, in the first
``lives`` processes), ``ranks``, ``kind``. An answer's tokens follow from its key alone.
"""

import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
faults = {"lives": 1, **json.loads((folder / "faults.json").read_text())}
births = folder / "births"
births.write_text(births.read_text() + "x" if births.exists() else "x")


def say(name, value):
    print(json.dumps({name: value}), flush=True)


def hear(name):
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    (folder / "heard.jsonl").open("a").write(line)
    return json.loads(line)[name]


if faults.get("exit_at_start"):
    print("ImportError: libcuda.so.1 is not there", file=sys.stderr, flush=True)
    sys.exit(7)
say(
    "hello",
    {
        "device": "stand-in, not vLLM",
        "kind": faults.get("kind", "cpu"),
        "batch_invariant": False,
        "ranks": faults.get("ranks", [8, 16]),
        "python": "3",
        "libraries": {"vllm": "stand-in"},
    },
)
hear("start")
say("ready", {})
dies = len(births.read_text()) <= faults["lives"]
answered = 0
while True:
    ask = hear("ask")
    say("tokens", 3)
    for number, (prompt, key) in reversed(list(enumerate(ask["samples"]))):
        if dies and answered == faults.get("die_after"):
            print("stand-in: out of luck", file=sys.stderr, flush=True)
            sys.exit(9)
        ids = [5, 6, abs(key) % 50 + 10, 20 + len(ask["prompts"][prompt])]
        ids, reason = ([*ids, 2], "stop") if key % 2 else (ids, "length")
        told = {"ask": ask["ask"], "number": number, "ids": ids, "finish_reason": reason}
        say("answer", told)
        answered += 1
    say("done", {"ask": ask["ask"]})
