"""A learner finds, prints and downloads the own certificates and nobody else's, and decides who reads the name."""

import io
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from courses import certificates
from courses.models import Certificate
from courses.people import consents
from tests.courses.web.desk.conftest import soup, words
from tests.factories import catalogue, people
from tests.factories.certificates import issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(now: datetime) -> Certificate:
    return issued(now=now)


@pytest.fixture
def holder(certificate: Certificate) -> Client:
    client = Client()
    login = certificate.completion.enrolment.learner.user
    client.force_login(login, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_list_shows_each_with_its_state(holder: Client, certificate: Certificate, now: datetime) -> None:
    page = words(holder.get("/my/certificates/"))
    assert certificates.grouped(certificate.number) in page
    assert "有效" in page
    asked = certificates.ask(by=people.user(), certificate=certificate, kind="revoke", reason="重复", now=now)
    certificates.agree(by=people.user(), withdrawal=asked, now=now)
    assert "已撤销" in words(holder.get("/my/certificates/"))


def test_the_sheet_says_what_the_pdf_says(holder: Client, certificate: Certificate, now: datetime) -> None:
    page = holder.get(reverse("my_certificate", args=[certificate.number]))
    drawn = [text.get_text() for text in soup(page).select("svg.certificate text")]
    assert certificates.make_due(now=now) == 1
    pdf = holder.post(reverse("my_certificate_paper", args=[certificate.number]))
    assert (pdf.headers["Content-Type"], pdf.headers["Cache-Control"]) == ("application/pdf", "private, no-store")
    told = PdfReader(io.BytesIO(pdf.content)).pages[0]
    assert "".join(told.extract_text().split()) == "".join("".join(drawn).split())
    assert (round(float(told.mediabox.width) / 72 * 25.4), round(float(told.mediabox.height) / 72 * 25.4)) == (297, 210)
    assert len(pdf.content) < 300_000


def test_before_the_pdf_is_made_the_page_says_so(holder: Client, certificate: Certificate) -> None:
    answer = holder.post(reverse("my_certificate_paper", args=[certificate.number]), follow=True)
    assert "PDF 正在制作" in words(answer)


def test_a_strangers_certificate_is_not_found(holder: Client, now: datetime) -> None:
    other = issued(now=now, name="李四")
    assert holder.get(reverse("my_certificate", args=[other.number])).status_code == 404
    assert holder.post(reverse("my_certificate_paper", args=[other.number])).status_code == 404
    assert "李四" not in words(holder.get("/my/certificates/"))


def test_the_holder_switches_the_name_on_and_off(holder: Client, certificate: Certificate) -> None:
    catalogue.consent_notice(consents.CERTIFICATE_NAME)

    def shown() -> bool:
        sent = {"number": certificate.number, "surname": "王"}
        return "王小强" in words(Client().post(reverse("verify_start"), sent))

    told = []
    for on in ("1", "0"):
        holder.post(reverse("my_certificate_name"), {"on": on})
        told.append(shown())
    assert told == [True, False]
