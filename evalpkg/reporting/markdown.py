"""The markdown reports: the same numbers as the HTML report, for a terminal or a pull request."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from evalpkg.models import Mode
from evalpkg.reporting.format import NBSP
from evalpkg.reporting.templating import present, template_of
from evalpkg.reporting.view import ReportView

_SPECIAL = re.compile(r"([\\`*_\[\]<>|])")


def render_comparison(view: ReportView) -> str:
    """``comparison_report.md`` of one mode."""
    return render("comparison_report.md.j2", view=view, show_policy=Mode.POLICY in view.modes)


def render_summary(view: ReportView) -> str:
    """``combined_summary.md`` over all modes."""
    return render("combined_summary.md.j2", view=view)


def render(template: str, **context: Any) -> str:
    """Render a markdown template, and merge blank lines in a row into one."""
    text = template_of(template, _escape).render(**context)
    return re.sub(r"\n{3,}", "\n\n", text.replace(NBSP, " ")).strip() + "\n"


def _escape(value: Any) -> Markup:
    """Escape ``value`` so that markdown shows it literally. Text of a macro stays as it is.

    The text that it returns counts as safe, so that it is not escaped for HTML as well.
    """
    if isinstance(value, Markup):
        return value
    return Markup(_SPECIAL.sub(r"\\\1", str(present(value))))  # noqa: S704 - escaped for markdown
