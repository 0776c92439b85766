"""The certificate on the browser's own printer: one whole A4 sheet across, as the PDF beside it."""

import io
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Route
from pypdf import PdfReader

from courses import certificates
from tests.factories.certificates import issued
from tests.journeys.browser import DESK, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
MM, PIXEL = 25.4 / 72, 25.4 / 96
# How far the sheet itself and each of its texts reach beyond the paper, in CSS pixels. Drawings are clipped to their
# box.
BEYOND = """() => {
  const paper = document.createElement("div"); paper.style.cssText = "position:absolute;width:297mm;height:210mm";
  document.body.append(paper); const {width, height} = paper.getBoundingClientRect(); paper.remove();
  const [sheet] = document.querySelectorAll(".certificate"), {left, top} = sheet.getBoundingClientRect();
  return Math.max(...[...document.querySelectorAll(".certificate, .certificate text")].map(one => {
    const box = one.getBoundingClientRect();
    return Math.max(left - box.left, top - box.top, box.right - left - width, box.bottom - top - height);
  })) }"""


def printed(browser: Browser, page: str, *, portrait: bool = False) -> tuple[PdfReader, float]:
    """What the printer gets of a page of ours, whatever paper it would have taken by itself, and how far anything
    reaches beyond that paper."""
    tab = visitor(browser, size=DESK)
    tab.route("**/*", lambda route: _answer(route, page))
    tab.goto("https://tideline.example/sheet/")
    tab.emulate_media(media="print")
    beyond = float(tab.evaluate(BEYOND))
    paper = tab.pdf(prefer_css_page_size=True, print_background=True, format="Letter", landscape=not portrait)
    tab.context.close()
    return PdfReader(io.BytesIO(paper)), beyond


def _answer(route: Route, page: str) -> None:
    path = urlsplit(route.request.url).path
    if path == "/sheet/":
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
        return
    found = finders.find(path.removeprefix("/static/"))
    if isinstance(found, str) and Path(found).is_file():
        route.fulfill(path=found)
    else:
        route.abort()


def size(reader: PdfReader) -> tuple[float, float]:
    box = reader.pages[0].mediabox
    return float(box.width) * MM, float(box.height) * MM


def said(reader: PdfReader) -> tuple[int, list[str]]:
    """How many characters, and the plain ones among them: Chromium's fonts call 民 by the name of its radical."""
    text = "".join(reader.pages[0].extract_text().split())
    return len(text), sorted(one for one in text if one.isascii())


@pytest.mark.parametrize("portrait", [False, True])
def test_the_sheet_prints_on_one_whole_a4_page_across_as_the_pdf_has_it(
    portrait: bool, browser: Browser, now: datetime
) -> None:
    certificate = issued(now=now, name="阿卜杜热合曼·买买提艾力·吐尔逊江·艾合买提")
    holder = Client()
    login = certificate.completion.enrolment.learner.user
    assert login is not None
    holder.force_login(login, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = holder.get(reverse("my_certificate", args=[certificate.number])).content.decode()
    assert certificates.make_due(now=now) == 1
    answer = holder.post(reverse("my_certificate_paper", args=[certificate.number]))
    made = PdfReader(io.BytesIO(answer.content))
    paper, beyond = printed(browser, page, portrait=portrait)
    assert [len(paper.pages), len(made.pages)] == [1, 1]
    assert size(made) == pytest.approx((297, 210), abs=0.01)
    # Chromium's own A4 lies within a pixel of it.
    assert size(paper) == pytest.approx((297, 210), abs=PIXEL)
    assert beyond < 1
    assert said(paper) == said(made)
