"""All settings of a run as one typed object, ``EvalConfig``.

Each setting is defined once, in ``evalpkg/config/options``. The command line, its help and the
documentation are derived from there. Later sources override earlier ones: defaults, a YAML file,
environment variables, the command line.
"""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import ConfigDict, model_validator
from pydantic.fields import FieldInfo

from evalpkg.config.options import (
    BackendOptions,
    ModelOptions,
    RunOptions,
    SamplingOptions,
    ScoringOptions,
    TaskOptions,
)
from evalpkg.config.values import OneOf
from evalpkg.generation import BACKENDS
from evalpkg.models import Mode, Role

REPEATED = ("dataset", "dataset_file", "task_ids", "exclude_tasks")
"""Fields whose option may be repeated."""


class EvalConfig(
    RunOptions, ScoringOptions, TaskOptions, SamplingOptions, BackendOptions, ModelOptions
):
    """The settings of one run: models, sampling, tasks, scoring and output."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _auto(cls, given: Any) -> Any:
        """Replace ``num_samples: auto`` by ``max_samples`` and set ``auto_samples``."""
        if not isinstance(given, dict) or str(given.get("num_samples", "")).lower() != "auto":
            return given
        ceiling = given.get("max_samples", cls.model_fields["max_samples"].default)
        return {**given, "num_samples": ceiling, "auto_samples": True}

    @model_validator(mode="after")
    def _something_is_left(self) -> EvalConfig:
        if self.policy_only and self.no_policy_only:
            raise ValueError("policy_only and no_policy_only together leave no mode to write")
        for role in self.roles:
            if not getattr(self, BACKENDS[self.backend].model_setting[role]):
                needed = BACKENDS[self.backend].model_setting[role]
                raise ValueError(
                    f"backend {self.backend} has no {role.in_words} model: give {needed}, "
                    f"or skip_{role.value}"
                )
        if self.skip_base and self.skip_finetuned:
            raise ValueError("skip_base and skip_finetuned together leave no model to evaluate")
        return self

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes whose results are written."""
        if self.policy_only:
            return (Mode.POLICY,)
        return (Mode.NO_POLICY,) if self.no_policy_only else (Mode.NO_POLICY, Mode.POLICY)

    @property
    def roles(self) -> tuple[Role, ...]:
        """The models that are evaluated."""
        skipped = {Role.BASE: self.skip_base, Role.FINETUNED: self.skip_finetuned}
        return tuple(role for role in Role if not skipped[role])

    @classmethod
    def binds(cls, field: str) -> bool:
        """Tell whether a resume must have the same value of ``field``."""
        return bool(_extra(cls.model_fields[field])["identity"])

    @classmethod
    def choices(cls, field: str) -> tuple[str, ...]:
        """Return the words that a field accepts; empty if it accepts other values."""
        for mark in cls.model_fields[field].metadata:
            if isinstance(mark, OneOf):
                return tuple(mark.names)
        kinds = (cls.model_fields[field].annotation, *get_args(cls.model_fields[field].annotation))
        return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())

    @classmethod
    def repeats(cls, field: str) -> bool:
        """Tell whether the option of ``field`` may be repeated."""
        return field in REPEATED

    @classmethod
    def group(cls, field: str) -> str:
        """Return the heading under which a field is shown."""
        return str(_extra(cls.model_fields[field])["group"])


def _extra(field: FieldInfo) -> dict[str, Any]:
    """Return the group and identity of a field, as set by ``setting``."""
    assert isinstance(field.json_schema_extra, dict)  # noqa: S101 - narrows the type
    return field.json_schema_extra
