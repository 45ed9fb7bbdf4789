"""The configuration of a run: one typed object, filled from several sources."""

from evalpkg.config.settings import EvalConfig
from evalpkg.config.sources import load_config, load_several
from evalpkg.config.variables import ENVIRONMENT

__all__ = ["ENVIRONMENT", "EvalConfig", "load_config", "load_several"]
