"""The public certificate check: what it shows in each state, and that it tells nobody more."""

import io
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from courses import certificates
from courses.certificates import drawing
from courses.certificates.layout import lay_out
from courses.certificates.snapshot import PRINTED
from courses.models import Certificate, CertificateWithdrawal
from tests.courses.web.desk.conftest import soup, words
from tests.factories import people
from tests.factories.certificates import issued
from tests.factories.completion import revoked

pytestmark = pytest.mark.django_db
MISSING = "没有查到。请核对证书编号和姓氏"


@pytest.fixture
def certificate(now: datetime) -> Certificate:
    return issued(now=now)


def post(**sent: str) -> HttpResponse:
    return Client().post(reverse("verify_start"), sent)


def ask(number: str, surname: str) -> str:
    return words(post(number=number, surname=surname))


def code_of(certificate: Certificate) -> str:
    return certificates.code_of(certificate).partition("#")[2]


def test_number_and_surname_together_show_every_printed_field_with_a_masked_name(certificate: Certificate) -> None:
    text = ask(certificate.number, "王")
    assert "证书真实有效" in text
    shown = certificate.snapshot | {
        "number": certificates.grouped(certificate.number),
        "name": "王*强",
        "starts_on": "2026 年 9 月 15 日",
        "ends_on": "2026 年 9 月 16 日",
        "issued_on": "2026 年 9 月 14 日",
    }
    assert [name for name in PRINTED if str(shown[name]) not in text] == []
    assert "王小强" not in text


def test_a_missing_certificate_and_a_wrong_surname_read_the_same(certificate: Certificate) -> None:
    wrong, missing = ask(certificate.number, "李"), ask("02F202600001ZZZZZZZ", "王")
    assert MISSING in wrong
    assert wrong == missing


@pytest.mark.parametrize(("kind", "heading"), [("revoke", "证书已撤销"), ("replace", "证书已换发，这一张作废")])
def test_a_certificate_that_was_taken_back_is_shown_as_void(
    kind: str, heading: str, certificate: Certificate, now: datetime
) -> None:
    asked = certificates.ask(by=people.user(), certificate=certificate, kind=kind, reason="不公开的原因", now=now)
    certificates.agree(by=people.user(), withdrawal=asked, now=now)
    text = ask(certificate.number, "王")
    assert heading in text
    assert "2026 年 9 月 14 日 起作废" in text
    assert "证书真实有效" not in text
    assert "不公开的原因" not in text
    assert CertificateWithdrawal.objects.count() == 1


def test_the_certificate_of_a_completion_that_was_revoked_is_void(now: datetime, certificate: Certificate) -> None:
    revoked(certificate.completion, now=now)
    text = ask(certificate.number, "王")
    assert "证书真实有效" not in text


def test_a_link_shows_the_form_with_its_number_and_no_more(certificate: Certificate) -> None:
    page = Client().get(reverse("verify", args=[certificate.number]) + "?surname=王")
    field = soup(page).select_one("input[name=number]")
    assert field is not None
    assert field["value"] == certificate.number
    assert "王*强" not in words(page)
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("missing", ["number", "surname"])
def test_both_must_be_filled_in(missing: str, certificate: Certificate) -> None:
    asked = {"number": certificate.number, "surname": "王", missing: " "}
    assert post(**asked).status_code == 422


def test_the_code_of_the_paper_shows_the_certificate_without_a_name(certificate: Certificate) -> None:
    assert "证书真实有效" in words(post(code=code_of(certificate)))


def test_a_code_that_was_tampered_with_shows_nothing_but_that(certificate: Certificate) -> None:
    code = code_of(certificate)
    place = code.index(".") + 40
    forged = code[:place] + ("B" if code[place] == "A" else "A") + code[place + 1 :]
    text = words(post(code=forged))
    assert "签名不是我们的，或内容被改过" in text
    assert "中式烹调师" not in text


def test_a_field_that_was_changed_on_the_paper_is_marked_against_the_register(
    certificate: Certificate, now: datetime
) -> None:
    """The paper was printed from a changed record and signed: the register of today says what is different."""
    code = code_of(certificate)
    signed = certificate.snapshot | {"hours": 12}
    certificate.snapshot = signed
    certificate.save()
    page = BeautifulSoup(post(code=code).content, "lxml")
    assert "内容与签名不符，不能采信" in page.get_text()
    marked = [
        row.select_one("dt").get_text() for row in page.select(".verify-facts > div") if "不一致" in row.get_text()
    ]  # type: ignore[union-attr]
    assert marked == ["学时"]


# What a forger would write into the PDF, and how it reads there.
FORGED = {
    "number": ("99X209900009QQQQQQQ", "99X2"),
    "title": ("职业资格证书", "职业资格证书"),
    "authority": ("某市某局", "某市某局"),
    "name": ("李大海", "李大海"),
    "document_kind": ("护照", "护照"),
    "document": ("110***********111X", "110***********111X"),
    "starts_on": ("2026-03-02", "2026年3月2日"),
    "ends_on": ("2025-12-24", "2025年12月24日"),
    "course": ("面点师（三级）", "面点师（三级）"),
    "programme": ("创业训练营", "创业训练营"),
    "hours": (999, "999学时"),
    "result": ("成绩优异", "成绩优异"),
    "institution": ("某某学院", "某某学院"),
    "issued_on": ("2025-01-01", "2025年1月1日"),
    "expires_on": ("2019-05-06", "2019年5月6日"),
}


@pytest.mark.parametrize("field", PRINTED)
def test_whatever_was_changed_on_a_paper_the_page_behind_its_code_says_otherwise(
    field: str, certificate: Certificate
) -> None:
    """The code of the paper is left as it was: another would not be signed."""
    forged, printed = FORGED[field]
    lines = lay_out({**certificate.snapshot, field: forged})
    paper = drawing.draw(title="", lines=lines, code=certificates.code_of(certificate), at=certificate.issued_at)
    on_paper = "".join(PdfReader(io.BytesIO(paper)).pages[0].extract_text().split())
    page = words(post(code=code_of(certificate)))
    shown = "".join(page.split())
    assert printed in on_paper
    assert (printed in shown, "证书真实有效" in page) == (False, True)


def test_a_paper_with_a_code_of_its_own_making_is_not_believed(certificate: Certificate) -> None:
    certificate.snapshot = {**certificate.snapshot, "hours": 999}
    assert "签名不是我们的，或内容被改过" in words(post(code=code_of(certificate)))


def test_an_address_that_asks_too_often_is_told_when_to_come_back(certificate: Certificate) -> None:
    answers = [post(number="X", surname="王").status_code for _ in range(121)]
    assert (answers.count(200), answers[-1]) == (120, 429)
    assert "证书真实有效" not in ask(certificate.number, "王")


def test_the_keys_are_published_by_their_id(certificate: Certificate) -> None:
    keys = Client().get("/verify/keys.json").json()["keys"]
    assert [(row["kty"], row["crv"], row["kid"]) for row in keys] == [("OKP", "Ed25519", "c1")]
