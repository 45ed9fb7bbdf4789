"""The settings of a run, one file per group of options; ``EvalConfig`` joins them."""

from evalpkg.config.options.backends import BackendOptions
from evalpkg.config.options.models import ModelOptions
from evalpkg.config.options.run import RunOptions
from evalpkg.config.options.sampling import SamplingOptions
from evalpkg.config.options.scoring import ScoringOptions
from evalpkg.config.options.setting import FOUND
from evalpkg.config.options.tasks import TaskOptions

__all__ = [
    "FOUND",
    "BackendOptions",
    "ModelOptions",
    "RunOptions",
    "SamplingOptions",
    "ScoringOptions",
    "TaskOptions",
]
