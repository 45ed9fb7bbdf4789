"""Leave out the drawing of figures, which is slow, in tests that read only a report's words."""

from __future__ import annotations

import pytest

from evalpkg.reporting.figures import paired, passk, trend


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an empty figure in the place of each drawn one."""
    for kind in (paired, passk, trend):
        monkeypatch.setattr(kind, "to_svg", lambda *_: '<svg class="figure"></svg>')
