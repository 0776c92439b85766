"""The public certificate check: what it shows, and that it tells nobody more."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from courses import completion
from courses.models import Completion, Post
from tests.courses.web.desk.conftest import attend, soup, words
from tests.factories import catalogue, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import revoked

pytestmark = pytest.mark.django_db
MISSING = "没有查到。请核对证书编号和姓氏"


@pytest.fixture
def certificate(now: datetime) -> Completion:
    first = now - timedelta(days=6)
    made = training_class(now=first - timedelta(days=9), first=first)
    row = enrolled(training_class=made, now=first - timedelta(days=9))
    for lesson in made.lessons.all():
        attend(row, lesson)
    done = completion.propose(by=made.trainers.get(), enrolment=row, now=now)
    handing_in = people.staff(role=Post.Role.INSTITUTION, now=now, institution=catalogue.institution())
    completion.submit_all(by=handing_in, training_class=made, now=now)
    done.refresh_from_db()
    completion.approve(by=people.staff(role=Post.Role.CITY, now=now), completion=done, now=now)
    return done


def ask(number: str, surname: str) -> str:
    return words(Client().post(reverse("verify_start"), {"number": number, "surname": surname}))


def test_number_and_surname_together_show_the_certificate_with_a_masked_name(certificate: Completion) -> None:
    text = ask(certificate.number, "王")
    for said in (
        "证书真实有效",
        certificate.number,
        "王*强",
        "中式烹调师（四级）",
        "40 学时",
        "2026 年 9 月 14 日",
        "市技师学院",
    ):
        assert said in text
    assert "王小强" not in text


def test_the_number_may_be_typed_in_small_letters_and_groups(certificate: Completion) -> None:
    spaced = f"{certificate.number[:4]} {certificate.number[4:]}".lower()
    assert "证书真实有效" in ask(spaced, "王")


def test_a_missing_certificate_and_a_wrong_surname_read_the_same(certificate: Completion) -> None:
    wrong, missing = ask(certificate.number, "李"), ask("Z0000000000", "王")
    assert MISSING in wrong
    assert wrong.replace(certificate.number, "") == missing.replace("Z0000000000", "")


def test_only_an_approved_completion_is_a_certificate(now: datetime, certificate: Completion) -> None:
    revoked(certificate, now=now)
    assert MISSING in ask(certificate.number, "王")


def test_a_link_shows_the_form_with_its_number_and_no_more(certificate: Completion) -> None:
    page = Client().get(reverse("verify", args=[certificate.number]) + "?surname=王")
    field = soup(page).select_one("input[name=number]")
    assert field is not None
    assert field["value"] == certificate.number
    assert "王*强" not in words(page)
    assert "no-store" in page.headers["Cache-Control"]


@pytest.mark.parametrize("missing", ["number", "surname"])
def test_both_must_be_filled_in(missing: str, certificate: Completion) -> None:
    asked = {"number": certificate.number, "surname": "王", missing: " "}
    assert Client().post(reverse("verify_start"), asked).status_code == 422
