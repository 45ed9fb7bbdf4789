"""Write docs/cli.md from the commands themselves: ``python scripts/write_cli_docs.py``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from evalpkg.cli.app import COMMANDS, app
from evalpkg.cli.help import MEANING
from evalpkg.config import ENVIRONMENT, EvalConfig

TARGET = Path(__file__).parent.parent / "docs" / "cli.md"

HEAD = """\
# The command line

`evalpkg COMMAND --help` shows the same text as this page. For tab completion in your shell see
`evalpkg completion --help`.

## Sources of settings

Later sources override earlier ones: defaults, a YAML file (`-c FILE`; keys are the option names
with underscores or hyphens), environment variables, the command line. An error names the source
of the bad value:

    error: environment variable NUM_SAMPLES=abc: not a whole number

From its first sample on, an output directory belongs to one configuration. A run with another
configuration is refused, and the difference is shown. Settings that change only the speed
(workers, batch size, caches) may differ.

| variable | option | meaning |
|---|---|---|
"""

OTHER_VARIABLES = """
Other variables name places and secrets, and are not settings of a run:

- `RUSTC`: the compiler to use.
- `EVALPKG_CACHE`: the folder for verdicts, oracles, the data set and the embedded model (default
  `$XDG_CACHE_HOME/evalpkg`, else `~/.cache/evalpkg`).
- `EVALPKG_HUMAN_EVAL_RUST`: the place of [the data set](dataset.md).
- `EVALPKG_PROVISIONING`: [the record of the environment](evidence.md#what-a-run-leaves).
- `TMPDIR`: the folder for temporary files.
- `OPENAI_API_KEY`: the key of an endpoint.
- Variables of the Hugging Face hub, such as `HF_TOKEN`, `HF_HOME`, `HF_ENDPOINT` and
  `HF_HUB_OFFLINE`.
"""


def render() -> str:
    """Write the whole page."""
    parts = [HEAD]
    for variable, field in ENVIRONMENT.items():
        about = EvalConfig.model_fields[field].description
        parts.append(f"| `{variable}` | `--{field.replace('_', '-')}` | {about} |\n")
    parts.append(OTHER_VARIABLES)
    parts.append("\n## Exit codes\n\n| code | meaning |\n|---|---|\n")
    parts += [f"| {code.value} | {meaning} |\n" for code, meaning in MEANING.items()]
    context = click.Context(app, info_name="evalpkg")
    for name in COMMANDS:
        command = app.get_command(context, name)
        assert command is not None
        command.epilog = None  # the page lists the exit codes once, at its top
        own = click.Context(
            command, info_name=name, parent=context, terminal_width=100, max_content_width=100
        )
        parts.append(f"\n## evalpkg {name}\n\n```text\n{command.get_help(own)}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(TARGET.read_text(encoding="utf-8") != render())
    TARGET.write_text(render(), encoding="utf-8")
