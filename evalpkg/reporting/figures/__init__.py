"""Static figures as inline SVG whose colours follow the page: light, dark or paper."""

from evalpkg.reporting.figures.paired import TaskDifference, paired_figure, paired_figures
from evalpkg.reporting.figures.passk import PassPoint, pass_figure, pass_figures
from evalpkg.reporting.figures.trend import TrendPoint, trend_figure, trend_figures

__all__ = [
    "PassPoint",
    "TaskDifference",
    "TrendPoint",
    "paired_figure",
    "paired_figures",
    "pass_figure",
    "pass_figures",
    "trend_figure",
    "trend_figures",
]
