"""The Chromium of this machine, driven headless and offline."""

import os
import shutil

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium():
    """Path of the browser: ``EVALPKG_CHROMIUM``, or the first of ``NAMES`` on ``PATH``."""
    named = os.environ.get("EVALPKG_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright):
    """A running browser."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(ARGUMENTS))
