"""The two public directories: what stands in them, how it changed, and that no trainer is named."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from courses import institutions
from courses.institutions import Facts
from courses.models import Institution, TrainingNeed
from courses.policy import local_date
from tests.courses.web.desk.conftest import words
from tests.factories import catalogue, people
from tests.factories.institutions import approved, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(now: datetime):
    with time_machine.travel(now, tick=False):
        yield


def test_the_directory_holds_what_was_approved_and_names_no_trainer(now: datetime) -> None:
    school = catalogue.institution()
    filled(institution=catalogue.institution("J002", "待审学校"), by=people.user(), now=now)
    approved(institution=school, now=now)
    page = words(Client().get("/directory/institutions/"))
    assert "共 1 家机构" in page
    assert "市技师学院" in page
    assert "2026 年 9 月 14 日 市技师学院 列入 新增中式烹调师 4 级，有效期至 2028 年 9 月 13 日" in page
    entry = words(Client().get("/directory/institutions/J001/"))
    assert "待审学校" not in page
    assert "王海波" not in page + entry
    assert "JS-2024" not in page + entry
    assert Client().get("/directory/institutions/J002/").status_code == 404


def test_it_is_searched_by_word_district_and_occupation(now: datetime) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    approved(institution=catalogue.institution(), now=now)
    welder = catalogue.occupation("welder", "焊工")
    approved(institution=catalogue.institution("J002", "莱山职校", district=laishan), now=now, occupation=welder)
    asked = {}
    for query in ("q=莱山", "district=zhifu", "occupation=welder", "q=没有"):
        page = Client().get(f"/directory/institutions/?{query}")
        asked[query] = [row.institution.number for row in page.context["rows"]]
    assert asked == {"q=莱山": ["J002"], "district=zhifu": ["J001"], "occupation=welder": ["J002"], "q=没有": []}


def test_a_kind_of_training_without_occupation_and_level_is_listed_found_and_told(now: datetime) -> None:
    approved(institution=catalogue.institution("J002", "莱山职校"), now=now)
    school, clerk = catalogue.institution(), people.user()
    syb = catalogue.kind("syb", "entrepreneurship", name="创办你的企业 SYB")
    file = filled(institution=school, by=clerk, now=now)
    day = local_date(now)
    institutions.add_programme(by=clerk, registration=file, kind=syb, valid_from=day, valid_until=day, now=now)
    institutions.submit(by=clerk, registration=file, now=now)
    institutions.approve(by=people.user(), registration=file, now=now)
    listed = Client().get("/directory/institutions/?kind=syb")
    assert [row.institution.number for row in listed.context["rows"]] == ["J001"]
    assert "中式烹调师 4 级 创办你的企业 SYB" in words(listed)
    entry = words(Client().get("/directory/institutions/J001/"))
    assert "培训类型 有效期至 创办你的企业 SYB 2026 年 9 月 14 日" in entry
    assert "新增创办你的企业 SYB，有效期至 2026 年 9 月 14 日" in entry
    with time_machine.travel(now + timedelta(days=1), tick=False):
        assert "可以开办的其他培训" not in words(Client().get("/directory/institutions/J001/"))


def test_who_leaves_the_list_is_told_with_the_day_and_why_stays_in_the_file(now: datetime) -> None:
    school = catalogue.institution()
    approved(institution=school, now=now - timedelta(days=30))
    removed = Institution.Status.REMOVED
    institutions.set_status(by=people.user(), institution=school, to=removed, reason="举报人 13805351234 反映", now=now)
    page = words(Client().get("/directory/institutions/"))
    assert "共 0 家机构" in page
    assert "2026 年 9 月 14 日 市技师学院 退出 状态改为「移出名录」" in page
    entry = words(Client().get(f"/directory/institutions/{school.number}/"))
    assert "状态改为「移出名录」" in entry
    assert [word in told for told in (page, entry) for word in ("举报", "1380535")] == [False] * 4


def test_who_knew_an_institution_under_its_former_name_and_place_reads_what_became_of_it(now: datetime) -> None:
    school, laishan = catalogue.institution(), catalogue.district("laishan", "莱山区", "370613")
    approved(institution=school, now=now - timedelta(days=30))
    clerk = people.user()
    file = institutions.open_file(by=clerk, institution=school, now=now)
    facts = Facts("海洋技师学院", laishan, school.kind, file.address)
    institutions.save_facts(by=clerk, registration=file, facts=facts, now=now)
    institutions.submit(by=clerk, registration=file, now=now)
    institutions.approve(by=people.user(), registration=file, now=now)
    page = words(Client().get("/directory/institutions/?district=laishan"))
    assert "海洋技师学院 变更 名称由「市技师学院」改为「海洋技师学院」 由芝罘区迁到莱山区" in page
    assert "共 1 家机构" in page


def test_a_suspended_institution_is_shown_without_what_it_might_teach(now: datetime) -> None:
    school = catalogue.institution()
    approved(institution=school, now=now - timedelta(days=30))
    address = f"/directory/institutions/{school.number}/"
    assert "可以开办的职业 职业（工种） 等级 有效期至 中式烹调师 4 级" in words(Client().get(address))
    suspended = Institution.Status.SUSPENDED
    institutions.set_status(by=people.user(), institution=school, to=suspended, reason="整改", now=now)
    page = Client().get(address)
    assert page.context["row"].trades == []
    assert "目前不能开办新班" in words(page)
    assert "职业（工种）" not in words(page)


def need(version: int, on: date, **fields: object) -> None:
    values = {"name": "焊工", "name_en": "Welder", "kind": catalogue.kind(), **fields}
    TrainingNeed.objects.create(key="welder", version=version, effective_on=on, **values)


def test_a_need_is_listed_as_its_latest_version_says_until_it_is_withdrawn() -> None:
    need(1, date(2026, 1, 1))
    need(2, date(2026, 5, 1), planned=900)
    need(3, date(2026, 12, 1), withdrawn=True)
    page = words(Client().get("/directory/needs/"))
    assert "共 1 项需求" in page
    assert "2026 年 5 月 1 日 焊工 变更 计划改为 900 人次 2026 年 1 月 1 日 焊工 列入" in page
    assert institutions.needs(on=date(2026, 12, 1)).count() == 0
    assert [one.what for one in institutions.needs_changes(on=date(2026, 12, 1))] == ["removed", "changed", "added"]
