"""The pictures of the documentation, taken from a synthetic run of 65,600 rows.

python -m tests.integration.reporting.screenshots docs/images
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.population import Population
from benchmarks.synthetic import SyntheticRun, write_run
from evalpkg.evidence.metadata import Model
from evalpkg.models import Role
from evalpkg.reporting import compare_runs, write_reports
from tests.integration.reporting.chromium import launch
from tests.unit.reporting.report_runs import finish_run

WARNING = "Synthetic: no model wrote these rows, and no compiler judged them."
MODELS = {
    Role.BASE: Model(name="example/base-8b"),
    Role.FINETUNED: Model(name="example/base-8b", adapter="example/rust-adapter/checkpoint-9000"),
}

ASKED = {
    "arguments": {"timeout": 10.0, "compile_timeout": 10.0, "memory_mib": 1024, "output_kib": 1024},
    "generation": {
        "backend": "transformers",
        "sampling": {
            "temperature": 0.2,
            "top_p": 0.95,
            "top_k": 0,
            "max_new_tokens": 512,
            "seed": 1234,
        },
    },
}
"""Settings as a real run records them."""


def take(folder):
    """Write every picture to ``folder``."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        layout = write_run(Path(scratch) / "run", SyntheticRun())
        finish_run(layout, 100, (1, 10, 100), warnings=[WARNING], models=MODELS, **ASKED)
        write_reports(layout.root)
        compared = _checkpoints(Path(scratch))
        browser = launch(playwright)
        report = layout.html.as_uri()
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 1040}, color_scheme=scheme)
            _shoot(page, report, folder / f"report-{scheme}.png")
            _shoot(
                page,
                f"{report}#task=Synthetic/12&base=9&finetuned=0",
                folder / f"task-{scheme}.png",
            )
        page = browser.new_page(viewport={"width": 1280, "height": 940}, color_scheme="light")
        page.goto(report)
        page.wait_for_selector("html[data-ready]", state="attached")
        page.select_option("#filter-verdict", "compile_error")
        page.select_option("#filter-outcome", "better")
        page.click("[data-sort=difference]")
        page.evaluate("document.getElementById('browse').scrollIntoView()")
        page.screenshot(path=folder / "tasks-light.png")
        page.goto(compared.as_uri())
        page.screenshot(path=folder / "comparison-light.png")
        browser.close()


def _checkpoints(scratch):
    roots = []
    for step in (1000, 3000, 6000, 9000):
        root = scratch / f"checkpoint-{step}"
        population = Population(effect=0.06 * (1 - 2 ** (-step / 2000)))
        layout = write_run(root, SyntheticRun(samples=20, population=population))
        finish_run(layout, 20, (1,), warnings=[WARNING], models=MODELS, **ASKED)
        roots.append(root)
    compare_runs(roots, scratch)
    return scratch / "comparison.html"


def _shoot(page, address, path):
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.screenshot(path=path)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
