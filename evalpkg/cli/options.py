"""Options derived from the fields of ``EvalConfig``: each setting is defined only there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from evalpkg.cli.help import EvalCommand
from evalpkg.cli.types import FILE
from evalpkg.config import ENVIRONMENT, EvalConfig, load_config, load_several

VARIABLE_OF = {field: variable for variable, field in ENVIRONMENT.items()}


class _Raw(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.4 on
    """An unchecked text: ``load_config`` checks it, so errors are the same for every source.

    The choices serve shell completion and the help text only. A value without choices that is not
    a number may be a path, and is completed like one.
    """

    name = "text"

    def __init__(self, choices: Iterable[str], number: bool) -> None:
        self.choices = tuple(choices)
        self.number = number

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        if not self.choices and not self.number:
            return [CompletionItem(incomplete, type="file")]
        return [CompletionItem(word) for word in self.choices if word.startswith(incomplete)]


class ConfigOption(click.Option):
    """An option that fills a field of ``EvalConfig``."""

    def __init__(self, field: str, *, repeats: bool = False) -> None:
        info = EvalConfig.model_fields[field]
        notes = [str(info.description)]
        settings: dict[str, Any] = {"default": None}
        if info.annotation is bool:
            settings["flag_value"] = True
            settings["is_flag"] = True
        else:
            choices = EvalConfig.choices(field)
            metavar = _metavar(field)
            settings["type"] = _Raw(choices, number=metavar == "N")
            settings["metavar"] = "|".join(choices) if 0 < len(choices) < 4 else metavar
            if len(choices) > 3:
                notes.append(f"[choices: {', '.join(choices)}]")
            if info.default not in (None, ()):
                notes.append(f"[default: {_shown(info.default)}]")
            if repeats or EvalConfig.repeats(field):
                settings["multiple"] = True
        if field in VARIABLE_OF:
            notes.append(f"[variable: {VARIABLE_OF[field]}]")
        flag = "--" + field.replace("_", "-")
        super().__init__([flag, field], help=" ".join(notes), **settings)
        self.group = EvalConfig.group(field)


class ConfigCommand(EvalCommand):
    """A command that groups the options in its help under the configuration's headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section per group; options of the command itself come first."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and not isinstance(param, click.Argument):
                sections.setdefault(getattr(param, "group", "Options"), []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


def config_command(
    *groups: str, without: Iterable[str] = (), several: str = "", **attributes: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Decorate a function as a command with ``-c`` and an option for each field of ``groups``.

    The command calls the function with ``config``, an ``EvalConfig``, and the options that the
    function itself declares.

    Args:
        groups: headings of the fields.
        without: fields that get no option.
        several: a field whose option may be repeated; the file may hold a list. The configuration
            gets the first value; the function gets all of them as the argument ``several``.
        attributes: attributes of the click command, such as its name.
    """
    left_out = set(without)
    fields = [
        field
        for field in EvalConfig.model_fields
        if EvalConfig.group(field) in groups and field not in left_out
    ]

    def decorate(function: Callable[..., Any]) -> click.Command:
        def call(config_file: Path | None, **values: Any) -> Any:
            given = {field: _given(values.pop(field)) for field in fields}
            if several:
                config, values["several"] = load_several(several, given, os.environ, config_file)
            else:
                config = load_config(given, os.environ, config_file)
            return function(config=config, **values)

        own: list[click.Parameter] = list(getattr(function, "__click_params__", []))[::-1]
        file_option = click.Option(
            ["-c", "--config", "config_file"],
            type=FILE,
            help="YAML file of settings; variables and options override it.",
        )
        return ConfigCommand(
            callback=call,
            help=function.__doc__,
            params=[
                file_option,
                *own,
                *(ConfigOption(field, repeats=field == several) for field in fields),
            ],
            **attributes,
        )

    return decorate


def _given(value: Any) -> Any:
    """Return an option's value; for a repeatable option, the list of its values or None."""
    return (list(value) or None) if isinstance(value, tuple) else value


def _metavar(field: str) -> str:
    if EvalConfig.choices(field):
        return "NAME"
    kinds: Mapping[str, str] = {
        "output_dir": "DIR",
        "cache_dir": "DIR",
        "reuse_base": "DIR",
        "shard": "I/N",
    }
    numeric = any(kind in str(EvalConfig.model_fields[field].annotation) for kind in ("int", "flo"))
    return kinds.get(field, "N" if numeric else "NAME")


def _shown(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(str(part) for part in default)
    return str(default)
