"""The machine's own Chromium, and the visitors who use it: each has cookies of their own."""

import json
import os
import re
import shutil
from typing import Any

import zxingcpp
from axe_playwright_python.base import AXE_SCRIPT
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
PROJECTOR = {"width": 1920, "height": 1080}
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def launch(playwright: Playwright) -> Browser:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)))
    quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
    return playwright.chromium.launch(executable_path=path, args=[*quiet, "--disable-sync", "--no-first-run"])


def visitor(browser: Browser, *, size: dict[str, int] = DESK, **options: object) -> Page:
    context: BrowserContext = browser.new_context(viewport=size, locale="zh-CN", **options)  # type: ignore[arg-type]
    return context.new_page()


def enter_as(page: Page, city: str, username: str) -> None:
    """One press at /demo/."""
    page.goto(f"{city}/demo/")
    page.locator(f'form:has(input[value="{username}"]) button').click()
    page.wait_for_load_state()
    expect(page).not_to_have_url(re.compile("/demo/$"))


AXE_SECONDS = 90
ASK_AXE = """options => { window.axeSays = ""; axe.run(options).then(
  found => { window.axeSays = JSON.stringify(found.violations) },
  error => { window.axeSays = JSON.stringify([{id: String(error), nodes: []}]) }) }"""


def violations(page: Page, *, only: list[str] | None = None) -> list[dict[str, Any]]:
    """What axe finds, by all its rules or by some.

    The answer is waited for with a limit: a page that is stuck is an error, not a standstill. It is asked for again
    and again, as `wait_for_function` evaluates a string, which a page's policy may forbid.
    """
    page.evaluate(AXE_SCRIPT)
    rules = {"runOnly": {"type": "rule", "values": only}} if only else {}
    page.evaluate(ASK_AXE, {"resultTypes": ["violations"], **rules})
    for _tenth in range(AXE_SECONDS * 10):
        if said := page.evaluate("window.axeSays"):
            found: list[dict[str, Any]] = json.loads(said)
            return found
        page.wait_for_timeout(100)
    raise TimeoutError(f"axe has said nothing of {page.url} for {AXE_SECONDS} s")


def decode(picture: bytes) -> str:
    """What a QR reader makes of a screenshot."""
    import io

    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert len(found) == 1, f"{len(found)} codes in the picture"
    text: str = found[0].text
    return text
