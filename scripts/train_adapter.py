"""Train the LoRA adapter that is shipped for the embedded model.

    python scripts/train_adapter.py                      # train and write the adapter
    python scripts/train_adapter.py --check TASKS.jsonl  # compare the data with a benchmark

Needs the model stack (``pip install "evalpkg[models]"``) and a few minutes on one CPU core. The
adapter shows that the machinery compares two really different models; it is not a good coder.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.generation.embedded import MODEL_ID, adapter_folder, model_folder
from evalpkg.generation.prompts import get_template
from evalpkg.generation.tokens import prompt_ids
from evalpkg.models import Task

DATA = Path(__file__).with_name("adapter_data.rs")
HELD_OUT_EVERY = 10
CONFIG_KEYS = (
    "base_model_name_or_path",
    "bias",
    "fan_in_fan_out",
    "inference_mode",
    "lora_alpha",
    "lora_dropout",
    "peft_type",
    "r",
    "target_modules",
    "task_type",
)
"""Fields that every version of PEFT reads; all others hold defaults of the newest version."""

SHARED_RUN = 10
"""Words in a row that count as contamination (GPT-3, appendix C, counts 13)."""


@dataclass(frozen=True)
class Item:
    """One function: ``head`` is the comment and the signature, ``source`` all of the code."""

    name: str
    head: str
    source: str


def read_items(text: str) -> list[Item]:
    """Read the functions of the data file, made private as in the benchmark's prompts."""
    items = []
    pattern = re.compile(r"^((?://(?!!)[^\n]*\n)+)pub (fn (\w+)[^{]*\{)\n(.*?^\}$)", re.M | re.S)
    for comment, signature, name, rest in pattern.findall(text):
        items.append(Item(name, comment + signature, f"{signature}\n{rest}"))
    return items


def overlaps(items: list[Item], tasks: list[dict[str, Any]]) -> list[str]:
    """Find names and runs of ``SHARED_RUN`` words that the items share with a benchmark."""
    names = {_plain(task["entry_point"]) for task in tasks}
    runs = {
        run for task in tasks for run in _runs(task["prompt"] + "\n" + task["canonical_solution"])
    }
    found = [f"{item.name}: name of a task" for item in items if _plain(item.name) in names]
    for item in items:
        shared = _runs(f"{item.head}\n{item.source}") & runs
        found.extend(f"{item.name}: {' '.join(run)}" for run in sorted(shared))
    return found


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _runs(code: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", code)
    return {tuple(words[i : i + SHARED_RUN]) for i in range(len(words) - SHARED_RUN + 1)}


def encode(tokenizer: Any, item: Item) -> tuple[list[int], int]:
    """Return the token ids of prompt and answer, and the length of the prompt."""
    message = get_template("default").render(Task(item.name, item.head, item.name, ""))
    prompt = prompt_ids(tokenizer, message)
    answer = tokenizer(f"```rust\n{item.source}\n```", add_special_tokens=False)["input_ids"]
    return [*prompt, *answer, tokenizer.eos_token_id], len(prompt)


def answer_loss(model: Any, batch: list[tuple[list[int], int]], pad: int) -> Any:
    """Compute the mean cross-entropy over the answers' tokens; project only these to logits."""
    import torch
    from torch.nn.functional import cross_entropy

    longest = max(len(ids) for ids, _ in batch)
    ids = torch.full((len(batch), longest), pad)
    seen = torch.zeros_like(ids)
    asked = torch.zeros_like(ids, dtype=torch.bool)
    for row, (tokens, prompt) in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        seen[row, : len(tokens)] = 1
        asked[row, prompt - 1 : len(tokens) - 1] = True
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.get_base_model().model(input_ids=ids, attention_mask=seen)[0]
        logits = model.get_base_model().lm_head(hidden[asked])
    return cross_entropy(logits.float(), ids.roll(-1, dims=1)[asked])


def train(args: argparse.Namespace, items: list[Item]) -> tuple[Any, dict[str, Any]]:
    """Train; return the PEFT model and the facts about its training."""
    import peft
    import torch
    import transformers
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    folder = model_folder(print)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config = peft.LoraConfig(
        r=args.rank,
        lora_alpha=2 * args.rank,
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj"],
        task_type="CAUSAL_LM",
    )
    model = peft.get_peft_model(base, config)
    encoded = [encode(tokenizer, item) for item in items]
    held_out = encoded[::HELD_OUT_EVERY]
    lessons = [pair for i, pair in enumerate(encoded) if i % HELD_OUT_EVERY]
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=args.learning_rate, weight_decay=0.0)
    steps = args.epochs * -(-len(lessons) // args.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, args.learning_rate, steps)
    order = random.Random(args.seed)
    history = []
    for epoch in range(args.epochs + 1):
        total = 0.0
        started = time.monotonic()
        order.shuffle(lessons)
        for start in range(0, len(lessons) if epoch else 0, args.batch_size):
            batch = lessons[start : start + args.batch_size]
            loss = answer_loss(model, batch, tokenizer.pad_token_id)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(batch)
        with torch.no_grad():
            held = answer_loss(model, held_out, tokenizer.pad_token_id).item()
        history.append((epoch, total / len(lessons), held))
        print(
            f"epoch {epoch}: loss {history[-1][1]:.3f}, held out {held:.3f},"
            f" {time.monotonic() - started:.0f} s",
            flush=True,
        )
    facts = {
        "seed": args.seed,
        "steps": steps,
        "epochs": args.epochs,
        "batch": args.batch_size,
        "learning_rate": args.learning_rate,
        "rank": args.rank,
        "functions": len(lessons),
        "held_out": len(held_out),
        "history": history,
        "libraries": f"torch {torch.__version__}, transformers {transformers.__version__}, "
        f"peft {peft.__version__}",
    }
    return model, facts


def save(model: Any, facts: dict[str, Any], target: Path) -> None:
    """Write the adapter in bfloat16, with a config that names no path, and its README."""
    import torch
    from safetensors.torch import load_file, save_file

    model.peft_config["default"].base_model_name_or_path = MODEL_ID
    model.save_pretrained(target)
    weights = target / "adapter_model.safetensors"
    tensors = {name: value.to(torch.bfloat16) for name, value in load_file(weights).items()}
    save_file(tensors, weights, metadata={"format": "pt"})
    config = json.loads((target / "adapter_config.json").read_text())
    core = {name: config[name] for name in CONFIG_KEYS}
    core["target_modules"] = sorted(core["target_modules"])
    (target / "adapter_config.json").write_text(json.dumps(core, indent=2) + "\n")
    rows = "\n".join(
        f"| {epoch} | {'' if not epoch else f'{loss:.3f}'} | {held:.3f} |"
        for epoch, loss, held in facts["history"]
    )
    (target / "README.md").write_text(README.format(rows=rows, model=MODEL_ID, **facts))


README = """\
# LoRA adapter for {model}

Made by `scripts/train_adapter.py` so that the embedded demo compares two really different models.
It teaches a 135M model to answer with one finished function in a fence, and to stop. It is not
evidence of anything about Rust ability. The base model is under the Apache License 2.0.

- Data: `scripts/adapter_data.rs`, {functions} small functions written for this purpose, and
  {held_out} more held out. None has the name of a HumanEval-Rust entry point, and none shares a run
  of 10 words with one of its prompts or solutions (`train_adapter.py --check`).
- LoRA rank {rank}, alpha twice the rank, on the attention and gate projections; bfloat16 file.
- AdamW, one-cycle schedule to {learning_rate}, batch {batch}, {epochs} epochs, {steps} steps,
  seed {seed}, loss on the answer's tokens only.
- {libraries}, CPU.

| epoch | loss | held-out loss |
|---|---|---|
{rows}
"""


def main() -> int:
    """Check the data or train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", type=Path, metavar="TASKS.jsonl")
    parser.add_argument("--output", type=Path, default=adapter_folder())
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rank", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    items = read_items(DATA.read_text())
    print(f"{len(items)} functions in {DATA.name}")
    if args.check:
        found = overlaps(items, [json.loads(line) for line in args.check.read_text().splitlines()])
        print("\n".join(found) or "nothing shared")
        return bool(found)
    model, facts = train(args, items)
    save(model, facts, args.output)
    print(f"wrote {args.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
