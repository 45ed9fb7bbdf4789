"""axe-core finds nothing on the pages: light and dark, wide and narrow, with a task open."""

import pytest

from benchmarks.population import Population
from evalpkg.models import Mode, Role
from evalpkg.reporting import compare_runs, write_reports
from tests.unit.reporting.report_runs import make_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (1280, 390)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Addresses by name."""
    root = tmp_path_factory.mktemp("pages")
    full = make_run(root / "checkpoint-1", (1, 2), tasks=12, samples=3, seed=3)
    other = make_run(root / "checkpoint-2", (1, 2), tasks=12, population=Population(effect=0.2))
    single = make_run(root / "single", roles=(Role.BASE,), modes=(Mode.NO_POLICY,))
    for layout in (full, single):
        write_reports(layout.root)
    compare_runs([full.root, other.root], root / "compared")
    return {
        "report": full.html.as_uri(),
        "task": f"{full.html.as_uri()}#task=Synthetic/3&base=0&finetuned=1",
        "first task": f"{full.html.as_uri()}#task=Synthetic/0",
        "one model": single.html.as_uri(),
        "comparison": (root / "compared/comparison.html").as_uri(),
    }


@pytest.mark.parametrize("name", ["report", "task", "first task", "one model", "comparison"])
def test_axe_finds_nothing(browser, pages, name):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="the package axe-playwright-python is not installed",
    ).Axe()
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            page = browser.new_page(
                viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
            )
            page.goto(pages[name])
            if name != "comparison":
                page.wait_for_selector("html[data-ready]", state="attached")
            found = axe.run(page)
            said = [
                f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
                for one in found.response["violations"]
            ]
            page.close()
            assert not said, f"{name}, {width} px, {scheme}: {said}"
