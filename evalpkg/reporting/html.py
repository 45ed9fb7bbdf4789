"""The self-contained HTML report: one file, no network, and a policy against foreign scripts."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from evalpkg.reporting import figures
from evalpkg.reporting.bundle import Bundle
from evalpkg.reporting.labels import MARK, MODE, ROLE, VERDICT
from evalpkg.reporting.templating import present, template_of
from evalpkg.reporting.view import ReportView

SCRIPTS = ("dom.js", "rust.js", "store.js", "filter.js", "list.js", "task.js", "main.js")
STYLES = ("report.css", "browse.css")


def render_html(view: ReportView, bundle: Bundle) -> str:
    """The report of one run."""
    drawn = {
        "passk": figures.pass_figures(view.pass_points),
        "paired": figures.paired_figures(view.paired_tasks, view.paired_mean, view.paired_interval)
        if view.paired_tasks
        else (),
    }
    labels = {
        "modeLabels": {mode.value: label for mode, label in MODE.items()},
        "roleLabels": {role.value: label for role, label in ROLE.items()},
        "verdictLabels": {kind.value: label for kind, label in VERDICT.items()},
        "verdictMarks": {kind.value: mark for kind, mark in MARK.items()},
    }
    return render(
        "report.html.j2",
        view=view,
        figures={
            name: [Markup(svg) for svg in pair]  # noqa: S704 - our own SVG
            for name, pair in drawn.items()
        },
        labels=Markup(json_for_html(labels)),  # noqa: S704 - escaped by json_for_html
        chunks=(bundle.index, *bundle.tasks),
        script=_inline(SCRIPTS),
    )


def render(template: str, **context: Any) -> str:
    """Render an HTML template with this project's style and security policy."""
    style = _inline(STYLES)
    script = context.get("script", Markup())
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source(style)}",
            f"script-src {_source(script)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return template_of(template, present).render(style=style, policy=policy, **context)


def json_for_html(value: Mapping[str, Any]) -> str:
    """Write JSON that cannot close the HTML element around it."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c")


@cache
def _inline(names: tuple[str, ...]) -> Markup:
    """Join files of this package into one text for an HTML element."""
    folder = files("evalpkg.reporting") / "assets"
    text = "\n".join((folder / name).read_text(encoding="utf-8") for name in names)
    return Markup(text)  # noqa: S704 - our own files


def _source(text: str) -> str:
    """Build the policy's source expression that allows exactly ``text``."""
    if not text:
        return "'none'"
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
