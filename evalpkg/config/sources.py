"""The sources of the configuration. Later ones override earlier ones.

The order is: defaults, YAML file, environment variables, command line. Each value keeps the name
of its source, so that an error names the place of the mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evalpkg.config.settings import EvalConfig
from evalpkg.config.variables import ENVIRONMENT
from evalpkg.errors import ConfigError


@dataclass(frozen=True, slots=True)
class _Given:
    """A value and the name of its source."""

    value: object
    source: str


def load_config(
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> EvalConfig:
    """Build the configuration from all sources.

    Args:
        options: command-line values by field name; None means "not given".
        environ: environment variables; only those in ``ENVIRONMENT`` count, and only if not empty.
        file: YAML file with field names as keys; hyphens may stand for underscores.

    Raises:
        ConfigError: if a value cannot be used; names each such value and its source.
    """
    return _validated(_collected(options, environ, file))


def load_several(
    field: str,
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> tuple[EvalConfig, tuple[str, ...]]:
    """Build the configuration of a command that takes several values for one field.

    Args:
        field: the field that may hold a list of texts, on the command line and in the file.
        options: as for ``load_config``.
        environ: as for ``load_config``.
        file: as for ``load_config``.

    Returns:
        The configuration, with the first value, and all values; none if no source names the field.

    Raises:
        ConfigError: as ``load_config``, and if the list is empty or holds anything but texts.
    """
    given = _collected(options, environ, file)
    if field not in given:
        return _validated(given), ()
    value, source = given[field].value, given[field].source
    values = list(value) if isinstance(value, list | tuple) else [value]
    if not values or (len(values) > 1 and not all(isinstance(one, str) and one for one in values)):
        raise ConfigError(f"{source}: expected a name, or a list of names")
    config = _validated({**given, field: _Given(values[0], source)})
    return config, tuple(map(str, values))


def _collected(
    options: Mapping[str, object] | None, environ: Mapping[str, str] | None, file: Path | None
) -> dict[str, _Given]:
    """Return the value of each field that a source names, from the last source that does."""
    given: dict[str, _Given] = {}
    if file is not None:
        given |= _from_yaml(file)
    for variable, field in ENVIRONMENT.items():
        text = (environ or {}).get(variable, "").strip()
        if text:
            given[field] = _Given(text, f"environment variable {variable}={text}")
    for field, value in (options or {}).items():
        if value is not None:
            given[field] = _Given(value, _option_text(field, value))
    return given


def _validated(given: Mapping[str, _Given]) -> EvalConfig:
    try:
        return EvalConfig.model_validate({field: item.value for field, item in given.items()})
    except ValidationError as error:
        raise _explain(error, given) from None


def _option_text(field: str, value: object) -> str:
    flag = "--" + field.replace("_", "-")
    return f"option {flag}" if isinstance(value, bool) else f"option {flag} {value}"


def _from_yaml(path: Path) -> dict[str, _Given]:
    """Read a YAML file, and refuse keys that are no fields."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", "Check the name given to -c."
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise ConfigError(f"{path}: expected 'name: value' lines, found a {type(data).__name__}")
    given = {}
    for key, value in data.items():
        field = str(key).replace("-", "_").lower()
        if field not in EvalConfig.model_fields:
            raise ConfigError(f"{path}: unknown key '{key}'", _nearest_key(field))
        if value is not None:
            given[field] = _Given(value, f"{path}, {key}: {value}")
    return given


def _nearest_key(field: str) -> str:
    near = difflib.get_close_matches(field, EvalConfig.model_fields, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    return "Known keys: " + ", ".join(EvalConfig.model_fields) + "."


def _explain(error: ValidationError, given: Mapping[str, _Given]) -> ConfigError:
    """Turn pydantic's errors into one ConfigError with every bad value, its source and a cure."""
    causes: list[str] = []
    cures: list[str] = []
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else ""
        source = given[field].source if field in given else field
        what, cure = _in_words(field, problem)
        causes.append(f"{source}: {what}" if source else what)
        if cure and cure not in cures:
            cures.append(cure)
    return ConfigError("\n       ".join(causes), "\n  ".join(cures))


def _in_words(field: str, problem: Any) -> tuple[str, str]:
    """Return the cause and the cure of one bad value."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "literal_error":
        choices = list(EvalConfig.choices(field))
        near = difflib.get_close_matches(str(problem["input"]), choices, n=1)
        hint = f"Did you mean '{near[0]}'? " if near else ""
        return "unknown value", f"{hint}Choices: {', '.join(choices)}."
    if kind.startswith("int"):
        what = "not a whole number"
    elif kind.startswith("float"):
        what = "not a number"
    elif kind.startswith("bool"):
        what = "neither yes nor no (use 1 or 0)"
    elif kind == "value_error":
        what = str(context["error"])
    else:
        what = str(problem["msg"]).replace("Input should", "should").replace("String", "text")
    described = EvalConfig.model_fields.get(field)
    cure = f"{field} is: {described.description}." if described else "Drop one of the two."
    return what, cure
