"""Everything a run can be told, in one typed object, and where each value came from.

Values rise in this order: defaults, a YAML file, environment variables, the command line.
The command line, its help and the documentation are derived from ``EvalConfig``: a setting is
defined once, in ``evalpkg/config/options``.
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
"""Fields whose option may be given several times."""


class EvalConfig(
    RunOptions, ScoringOptions, TaskOptions, SamplingOptions, BackendOptions, ModelOptions
):
    """One run: which models, asked how often, judged how, written where."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _auto(cls, given: Any) -> Any:
        """``num_samples: auto`` stands for the ceiling, reached in rounds."""
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
                    f"backend {self.backend} has no {role.value} model: give {needed}, "
                    f"or skip_{role.value}"
                )
        if self.skip_base and self.skip_finetuned:
            raise ValueError("skip_base and skip_finetuned together leave no model to evaluate")
        return self

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes whose trees are written."""
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
        """Tell whether a resume must agree on this field: another value would be another run."""
        return bool(_extra(cls.model_fields[field])["identity"])

    @classmethod
    def choices(cls, field: str) -> tuple[str, ...]:
        """The words a field accepts; empty where it is not a matter of choice."""
        for mark in cls.model_fields[field].metadata:
            if isinstance(mark, OneOf):
                return tuple(mark.names)
        kinds = (cls.model_fields[field].annotation, *get_args(cls.model_fields[field].annotation))
        return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())

    @classmethod
    def repeats(cls, field: str) -> bool:
        """Tell whether an option may be given several times."""
        return field in REPEATED

    @classmethod
    def group(cls, field: str) -> str:
        """The heading under which a field is shown."""
        return str(_extra(cls.model_fields[field])["group"])


def _extra(field: FieldInfo) -> dict[str, Any]:
    """A field's group and identity mark, as ``setting`` left them."""
    assert isinstance(field.json_schema_extra, dict)  # noqa: S101 - narrows the type
    return field.json_schema_extra
