"""Every page in both languages and every mode; `run.py test --long` leaves out four of the modes of the second
language."""

import os

from playwright.sync_api import sync_playwright

from tests.journeys.browser import launch
from tests.journeys.city import served
from tests.journeys.modes import MODES
from tests.journeys.pages import DOORS, every_visit
from tests.journeys.walk import LANGUAGES, walk
from tests.races import Figures


def run(*, doors: tuple[str, ...] = DOORS, languages: tuple[str, ...] = LANGUAGES, share: str = "100") -> Figures:
    """`share` is the part of the demo city's past that is made, in per cent."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    figures = Figures("pages")
    with served(share=share) as city, sync_playwright() as playwright:
        browser = launch(playwright)
        listed = [visit for visit in every_visit(city) if visit.door in doors]
        for language in languages:
            for door in doors:
                own = [visit for visit in listed if visit.door == door]
                figures.faults += walk(browser, city, own, language=language)
                figures.add(looks=len(own) * len(MODES))
        figures.add(pages=len(listed))
        browser.close()
    return figures
