"""One browser and one report for all tests of this folder."""

import pytest

from tests.integration.reporting.chromium import find_chromium, launch


@pytest.fixture(scope="session")
def browser():
    if find_chromium() is None:
        pytest.skip("no Chromium: put one on PATH or name it in EVALPKG_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()
