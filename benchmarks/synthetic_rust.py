"""Rust in the style of a model, for synthetic runs. Nothing here is compiled."""

from __future__ import annotations

import random
from dataclasses import dataclass

from evalpkg.models import Task, VerdictKind

SNIPPETS: tuple[tuple[str, str, str, str], ...] = (
    (
        "has_close_pair",
        "(numbers: &[f64], threshold: f64) -> bool",
        """
    numbers.iter().enumerate().any(|(i, a)| {
        numbers[i + 1..].iter().any(|b| (a - b).abs() < threshold)
    })
}""",
        "has_close_pair(&[1.0, 2.0, 3.9, 4.0], 0.3), true",
    ),
    (
        "running_maximum",
        "(numbers: &[i64]) -> Vec<i64>",
        """
    let mut best = i64::MIN;
    numbers
        .iter()
        .map(|&n| {
            best = best.max(n);
            best
        })
        .collect()
}""",
        "running_maximum(&[1, 3, 2, 5]), vec![1, 3, 3, 5]",
    ),
    (
        "count_vowels",
        "(text: &str) -> usize",
        """
    text.chars()
        .filter(|c| "aeiou".contains(c.to_ascii_lowercase()))
        .count()
}""",
        'count_vowels("Rust is great"), 4',
    ),
    (
        "is_palindrome",
        "(text: &str) -> bool",
        """
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.iter().eq(letters.iter().rev())
}""",
        'is_palindrome("racecar"), true',
    ),
    (
        "greatest_common_divisor",
        "(a: u64, b: u64) -> u64",
        """
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}""",
        "greatest_common_divisor(25, 15), 5",
    ),
    (
        "word_lengths",
        "(text: &str) -> std::collections::BTreeMap<String, usize>",
        """
    text.split_whitespace()
        .map(|word| (word.to_string(), word.len()))
        .collect()
}""",
        'word_lengths("a bc").len(), 2',
    ),
)

DETAILS: dict[VerdictKind, tuple[str, ...]] = {
    VerdictKind.TEST_FAILED: (
        "assertion `left == right` failed\n  left: 3\n right: 4",
        'assertion `left == right` failed\n  left: "abc"\n right: "abd"',
    ),
    VerdictKind.PANICKED: (
        "thread 'main' panicked at src/lib.rs:9:22: index out of bounds: the len is 3 but ...",
        "thread 'main' panicked at src/lib.rs:7:30: attempt to subtract with overflow",
    ),
    VerdictKind.TIMEOUT: ("ran longer than 10 s of CPU time",),
    VerdictKind.RESOURCE_LIMIT: ("memory: more than 512 MiB",),
    VerdictKind.CRASHED: ("killed by signal 11 (SIGSEGV)", "ended with status 101"),
    VerdictKind.TAMPERED: ("ended with status 0 before answering",),
    VerdictKind.NO_CODE: ("no definition of the entry point",),
    VerdictKind.INFRA_ERROR: ("sandbox could not be started: resource temporarily unavailable",),
}

COMPILER: tuple[tuple[str, str], ...] = (
    ("E0308", "error[E0308]: mismatched types\n --> src/lib.rs:5:9\n  expected `usize`"),
    ("E0425", "error[E0425]: cannot find value `totl` in this scope\n --> src/lib.rs:6:5"),
    ("E0599", "error[E0599]: no method named `sorted` found for struct `Vec<i64>`"),
    ("E0502", "error[E0502]: cannot borrow `items` as mutable because it is also borrowed"),
    ("E0382", "error[E0382]: use of moved value: `words`\n --> src/lib.rs:8:18"),
    ("E0277", "error[E0277]: the type `[i64]` cannot be indexed by `i32`"),
    ("", "error: this file contains an unclosed delimiter\n --> src/lib.rs:12:3"),
)

HOSTILE: tuple[str, ...] = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror="alert(document.domain)">',
    "{{ 7*7 }}{% raw %}${7*7}`$(id)`",
    "| a | b |\n|---|---|\n[click](javascript:alert(1)) <!-- -->",
    "\x1b[2J\x1b[31mred\x1b]0;title\x07 \u202egnirts\u202c \u2028 \x00 ]]> &amp; \\u003c",
    "日本語 🦀 naïve e\u0301 " + "x" * 3000,
)

VIOLATIONS: tuple[str, ...] = ("std::mem", "unsafe", "extern", "std::process", "arc")


@dataclass(frozen=True, slots=True)
class Written:
    """Text of the imaginary model, and the program that extraction would have found in it."""

    completion: str
    source: str | None
    rule: str
    main_free: bool


def made_up_task(index: int, cluster: int) -> Task:
    """A small task of our own; ``cluster`` names the problem behind it."""
    stem, signature, solution, check = SNIPPETS[cluster % len(SNIPPETS)]
    name = f"{stem}_{cluster}"
    category = ("codegen", "codegen", "codegen", "transform", "fix")[index % 5]
    title = stem.replace("_", " ").capitalize()
    prompt = f"// {title} (problem {cluster}).\nfn {name}{signature} {{"
    test = (
        "#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n"
        f"    fn test_{name}() {{\n"
        f"        assert_eq!({check.replace(stem, name, 1)});\n    }}\n}}\n"
    )
    return Task(
        task_id=f"Synthetic/{index}",
        prompt=prompt,
        entry_point=name,
        test=test,
        canonical_solution=solution.removeprefix("\n"),
        category=category,
        cluster=name,
        erratum="the data set's test module is cut off" if index % 40 == 7 else "",
    )


def write_completion(task: Task, kind: VerdictKind, rng: random.Random) -> Written:
    """A completion that could have earned ``kind``."""
    if kind is VerdictKind.NO_CODE:
        return Written("I'm sorry, but I can't write this function.", None, "none", True)
    variant = rng.randrange(40)
    body = task.canonical_solution or "    todo!()\n}"
    if kind is not VerdictKind.PASSED:
        body = body.replace("+ 1", "+ 2").replace("max", "min").replace("len()", "length()", 1)
        body = f"    let step_{variant} = {variant};\n" + body
    else:
        body = f"    // Approach {variant}.\n" + body
    source = f"{task.prompt}\n{body}"
    main_free = rng.random() < 0.92
    shown = source if main_free else f'{source}\n\nfn main() {{\n    println!("demo");\n}}'
    if rng.random() < 0.8:
        text = f"Here is the solution:\n\n```rust\n{shown}\n```\n\nIt runs in linear time."
        return Written(text, shown, "fenced_function", main_free)
    return Written(body, shown, "body", main_free)
