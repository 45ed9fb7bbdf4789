"""The examples in docstrings hold."""

import doctest

import pytest

from evalpkg.reporting import format as report_format
from evalpkg.reporting.progress import views


@pytest.mark.parametrize("module", [report_format, views])
def test_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
