"""外发证书 on the desk: the institution records, a mistake is said at the field and keeps what was typed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.models import Completion, ExternalCertificate, Post, TrainingClass
from tests.courses.web.desk.conftest import words
from tests.courses.web.desk.test_certificates import browser
from tests.factories import people
from tests.factories.certificates import approved
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db
Role = Post.Role


@pytest.fixture(autouse=True)
def _a_week_later(settings: object, now: datetime) -> Iterator[None]:
    settings.ENFORCE_SECOND_FACTOR = False  # type: ignore[attr-defined]
    with time_machine.travel(now + timedelta(days=7), tick=False):
        yield


@pytest.fixture
def a_class(now: datetime) -> TrainingClass:
    made = training_class(now=now)
    approved(now=now, a_class=made)
    return made


def said(**fields: str) -> dict[str, str]:
    told = {"kind": "level", "number": "Y003706054321", "issued_on": "2026-09-16", "issuer": "市职业技能鉴定中心"}
    return {"completion": Completion.objects.get().number, **told, **fields}


def test_the_institution_records_one_and_takes_a_wrong_one_back(a_class: TrainingClass, now: datetime) -> None:
    school = browser(people.staff(role=Role.INSTITUTION, now=now, institution=a_class.institution))
    record = reverse("desk_external_record", args=[a_class.number])
    page = words(school.post(record, said(), follow=True))
    assert "已登记。" in page
    assert "Y003706054321" in page
    assert "王小强" not in page
    back = reverse("desk_external_take_back", args=[ExternalCertificate.objects.get().code])
    assert "请写明原因，未保存" in words(school.post(back, {"reason": ""}, follow=True))
    assert "已撤下，这个编号可以重新登记" in words(school.post(back, {"reason": "编号抄错"}, follow=True))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "1"}, "4 到 40 位，未保存"),
        ({"issued_on": "2027-01-01"}, "之间，未保存"),
        ({"issuer": ""}, "发证机构："),
    ],
)
def test_a_mistake_keeps_what_was_typed(
    a_class: TrainingClass, now: datetime, fields: dict[str, str], sentence: str
) -> None:
    school = browser(people.staff(role=Role.INSTITUTION, now=now, institution=a_class.institution))
    answer = school.post(reverse("desk_external_record", args=[a_class.number]), said(**fields))
    assert sentence in words(answer)
    assert said(**fields)["kind"] in answer.content.decode()
    assert f'value="{said(**fields)["issued_on"]}"' in answer.content.decode()
    assert not ExternalCertificate.objects.exists()


def test_a_district_reads_and_does_not_record(a_class: TrainingClass, now: datetime) -> None:
    district = browser(people.staff(role=Role.DISTRICT, now=now, district=a_class.district))
    assert "还没有登记" in words(district.get(reverse("desk_external", args=[a_class.number])))
    assert district.post(reverse("desk_external_record", args=[a_class.number]), said()).status_code == 403


def test_the_list_takes_the_same_statements_for_one_and_for_many(
    a_class: TrainingClass, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    school = browser(people.staff(role=Role.INSTITUTION, now=now, institution=a_class.institution))
    record = reverse("desk_external_record", args=[a_class.number])
    address = reverse("desk_external", args=[a_class.number])
    school.post(record, said())
    school.get(address)
    with django_assert_num_queries(8):
        school.get(address)
    for number in range(5):
        school.post(record, said(number=f"Y00370605432{number + 2}"))
    with django_assert_num_queries(8):
        school.get(address)
