from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.browser import launch
from tests.journeys.city import City, served


@pytest.fixture(scope="session")
def city() -> Iterator[City]:
    with served() as one:
        yield one


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()
