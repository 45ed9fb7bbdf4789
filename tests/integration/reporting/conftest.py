"""One browser for the tests of a file."""

import pytest

from tests.integration.reporting.chromium import find_chromium, launch


# Not for the session: while Playwright runs, its thread has a running event loop, and a test of
# another folder that calls asyncio.run() in the same process fails.
@pytest.fixture(scope="module")
def browser():
    if find_chromium() is None:
        pytest.skip("no Chromium: put one on PATH or name it in EVALPKG_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()
