import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.browser import launch
from tests.journeys.city import City, served

# A page under a loaded machine may take its time; that it never comes is still found.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    with served() as one:
        yield one


@pytest.fixture(scope="session")
def _opened() -> Iterator[Browser]:
    # Playwright's loop stays in this thread, where Django would take every later query for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def browser(_opened: Browser) -> Iterator[Browser]:
    """Its visitors go when the test ends: a wall that stays open draws and asks on beside all later tests."""
    yield _opened
    for context in _opened.contexts:
        context.close()
