"""Templates of the reports, and what may be printed in them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import jinja2


def template_of(name: str, finalize: Callable[[Any], Any]) -> jinja2.Template:
    """Return the template called ``name``, which passes all that it prints through ``finalize``."""
    return _environment(finalize).get_template(name)


@cache
def _environment(finalize: Callable[[Any], Any]) -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("evalpkg.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def present(value: Any) -> Any:
    """Return ``value``. Raise if it is ``None`` or not finite: no reader should see these."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"a template tried to print {value!r}")
    return value
