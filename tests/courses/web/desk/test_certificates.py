"""Certificates on the desk: given for a class at once, withdrawn by two people, printed; each within its scope."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import AuditEvent, Certificate, CertificateWithdrawal, Post, TrainingClass, User
from courses.people.numbers import fresh
from tests.courses.web.desk.conftest import words
from tests.factories import catalogue, people
from tests.factories.certificates import approved
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
Role = Post.Role


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object, now: datetime) -> None:
    settings.ENFORCE_SECOND_FACTOR = False  # type: ignore[attr-defined]


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    made = training_class(now=now)
    approved(now=now, a_class=made)
    approved(now=now, a_class=made, learner=people.learner(now=now, name="李\U00031350"))
    return made


@pytest.fixture
def school(now: datetime, a_class: TrainingClass) -> Client:
    return browser(people.staff(role=Role.INSTITUTION, now=now, institution=a_class.institution))


@pytest.fixture
def district(now: datetime, a_class: TrainingClass) -> Client:
    return browser(people.staff(role=Role.DISTRICT, now=now, district=a_class.district))


def issue(client: Client, a_class: TrainingClass) -> str:
    return words(client.post(reverse("desk_certificates_issue", args=[a_class.number]), follow=True))


def test_an_institution_issues_for_a_class_and_reads_who_got_none(school: Client, a_class: TrainingClass) -> None:
    page = issue(school, a_class)
    assert "已发 1 张证书" in page
    assert "U+31350" in page
    assert Certificate.objects.count() == 1
    assert "1 人已批准结业，还没有发证" in page


def test_a_district_and_another_institution_do_not_issue(
    district: Client, a_class: TrainingClass, now: datetime
) -> None:
    other = people.staff(role=Role.INSTITUTION, now=now, institution=catalogue.institution(number="J009", name="别家"))
    address = reverse("desk_certificates_issue", args=[a_class.number])
    assert [client.post(address).status_code for client in (district, browser(other))] == [403, 404]
    assert not Certificate.objects.exists()


def test_names_are_masked_on_screen_and_in_full_on_the_print_which_leaves_a_row(
    school: Client, a_class: TrainingClass
) -> None:
    assert "王小强" not in issue(school, a_class)
    printed = school.post(reverse("desk_certificates_print", args=[a_class.number]))
    assert "王小强" in words(printed)
    assert AuditEvent.objects.filter(verb="certificate_printed").count() == 1


def test_an_institution_asks_and_the_district_decides(school: Client, district: Client, a_class: TrainingClass) -> None:
    issue(school, a_class)
    number = Certificate.objects.get().number
    school.post(reverse("desk_certificate_ask", args=[number]), {"kind": "revoke", "reason": "重复发证"})
    decide = reverse("desk_certificate_decide", args=[number])
    assert school.post(decide, {"decision": "agree"}).status_code == 403
    assert "已办理，原证书作废" in words(district.post(decide, {"decision": "agree"}, follow=True))
    assert CertificateWithdrawal.objects.get().status == "done"


def test_another_district_neither_sees_nor_decides(school: Client, a_class: TrainingClass, now: datetime) -> None:
    issue(school, a_class)
    number = Certificate.objects.get().number
    school.post(reverse("desk_certificate_ask", args=[number]), {"kind": "replace", "reason": "破损"})
    far = catalogue.district(key="laishan", name="莱山区", code="370613")
    stranger = browser(people.staff(role=Role.DISTRICT, now=now, district=far))
    answers = [
        stranger.get(reverse("desk_certificates", args=[a_class.number])),
        stranger.post(reverse("desk_certificate_decide", args=[number]), {"decision": "agree"}),
        stranger.post(reverse("desk_certificate_ask", args=[number]), {"kind": "revoke", "reason": "x"}),
        stranger.get(reverse("desk_certificates", args=[fresh(prefix="Z")])),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert CertificateWithdrawal.objects.get().status == "asked"


def test_a_revoked_certificate_is_given_anew_from_the_same_page(
    school: Client, district: Client, a_class: TrainingClass
) -> None:
    issue(school, a_class)
    number = Certificate.objects.get().number
    ask, decide = (reverse(f"desk_certificate_{verb}", args=[number]) for verb in ("ask", "decide"))
    school.post(ask, {"kind": "revoke", "reason": "重复发证"})
    district.post(decide, {"decision": "agree"})
    assert 'value="reissue"' in school.get(reverse("desk_certificates", args=[a_class.number])).content.decode()
    school.post(ask, {"kind": "reissue", "reason": "撤销有误"})
    assert "已重新发证" in words(district.post(decide, {"decision": "agree"}, follow=True))
    assert Certificate.objects.get(version=2).number != number
    assert 'value="reissue"' not in school.get(reverse("desk_certificates", args=[a_class.number])).content.decode()
