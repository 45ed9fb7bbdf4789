#!/usr/bin/env python3
"""Write each role's README from its argument specs, and compare the specs with the defaults.

usage: generate_readmes.py [--check]

With ``--check`` nothing is written. The status is 1 if a README is out of date, if no spec
describes a default, or if a spec's default differs from the role's.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROLES = Path(__file__).parent
FOOTER = (
    "Required values are in `inventory/group_vars/all/`. "
    "Written by `make provisioning-docs` from `meta/argument_specs.yml`."
)


def load(path: Path) -> dict[str, Any]:
    """Read a YAML mapping; empty if there is no file."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {} if path.exists() else {}


def code(text: str) -> str:
    """Turn ``C(x)`` into a code span; other parentheses stay."""
    out, rest = "", text
    while "C(" in rest:
        before, rest = rest.split("C(", 1)
        inside, rest = rest.split(")", 1)
        out += f"{before}`{inside}`"
    return out + rest


def paragraphs(description: str | list[str]) -> list[str]:
    """Write a description, one paragraph per entry, with Ansible's ``C(...)`` as code."""
    return [code(text) for text in ([description] if isinstance(description, str) else description)]


def table(options: dict[str, Any]) -> list[str]:
    """Write one row per variable."""
    rows = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    for name, option in options.items():
        default = f"`{option.get('default', '')}`".replace("|", r"\|")
        if option.get("required"):
            default = "required"
        kind = option["type"] + (f" of {option['elements']}" if "elements" in option else "")
        meaning = " ".join(paragraphs(option["description"]))
        if "choices" in option:
            meaning += f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}."
        rows.append(f"| `{name}` | {kind} | {default} | {meaning} |")
    return rows


def readme(role: Path) -> str:
    """The whole README of a role."""
    lines = [f"# {role.name}", ""]
    specs = load(role / "meta/argument_specs.yml")["argument_specs"]
    for entry, spec in specs.items():
        if entry != "main":
            lines += [f"## Entry point `{entry}`", ""]
        lines += [f"{spec['short_description']}.", ""]
        for paragraph in paragraphs(spec.get("description", [])):
            lines += [paragraph, ""]
        lines += [*table(spec.get("options", {})), ""]
    tasks = yaml.safe_load((role / "tasks/main.yml").read_text(encoding="utf-8"))
    phases = [(task["name"], task.get("tags", [])) for task in tasks if task.get("tags")]
    if phases:
        lines += ["## Phases", "", "| phase | tag |", "|---|---|"]
        lines += [f"| {name} | `{tags[0]}` |" for name, tags in phases]
        lines += [""]
    lines += [FOOTER, ""]
    return "\n".join(lines)


def drift(role: Path) -> list[str]:
    """List the differences between argument specs and defaults."""
    defaults = load(role / "defaults/main.yml")
    specs = load(role / "meta/argument_specs.yml")["argument_specs"]
    options: dict[str, Any] = {}
    for spec in specs.values():
        options |= spec.get("options", {})
    undescribed = sorted(defaults.keys() - options.keys())
    problems = [f"{role.name}: {name} has a default and no spec" for name in undescribed]
    for name, option in options.items():
        if option.get("required"):
            if name in defaults:
                problems.append(f"{role.name}: {name} is required and has a default")
        elif name not in defaults:
            problems.append(f"{role.name}: {name} has a spec and no default")
        elif option.get("default") != defaults[name]:
            told = option.get("default")
            problems.append(f"{role.name}: {name} is {defaults[name]!r}, its spec says {told!r}")
    return problems


def main() -> int:
    """Write or check; the exit status."""
    check = "--check" in sys.argv[1:]
    problems = []
    for spec in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        role = spec.parent.parent
        problems += drift(role)
        target, text = role / "README.md", readme(role)
        if not check:
            target.write_text(text, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            problems.append(f"{role.name}: README.md is out of date: make provisioning-docs")
    print("\n".join(problems) or "Role READMEs, argument specs and defaults agree.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
