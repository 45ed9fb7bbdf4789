"""Templates of the reports, and what may be printed in them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup, escape

_BREAKABLE = re.compile(r"\S*\w[-/]\S*")
"""A word in which a browser may begin a new line, such as a checkpoint's name."""


def template_of(name: str, finalize: Callable[[Any], Any]) -> jinja2.Template:
    """Return the template called ``name``, which passes all that it prints through ``finalize``."""
    return _environment(finalize).get_template(name)


@cache
def _environment(finalize: Callable[[Any], Any]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("evalpkg.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["whole"] = whole
    return environment


def whole(text: str) -> Markup:
    """Escape ``text``, and let a browser break names like ``step-1000`` only if they fill a line.

    >>> whole("<b> step-1000.")
    Markup('&lt;b&gt; <span class="whole">step-1000.</span>')
    """
    span = Markup('<span class="whole">{}</span>')
    parts, end = [], 0
    for word in _BREAKABLE.finditer(text):
        parts += [escape(text[end : word.start()]), span.format(word[0])]
        end = word.end()
    return Markup().join([*parts, escape(text[end:])])


def present(value: Any) -> Any:
    """Return ``value``. Raise if it is ``None`` or not finite: no reader should see these."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"a template tried to print {value!r}")
    return value
