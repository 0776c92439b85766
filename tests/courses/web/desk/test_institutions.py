"""An institution's file on the desk, the review of its district, and who sees whose."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.models import AuditEvent, Institution, Registration, Room, TrainingBase, Venue
from courses.policy import local_date
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.courses.web.desk.test_exports import opened
from tests.factories import catalogue, people
from tests.factories.classes import training_class
from tests.factories.completion import counted
from tests.factories.institutions import approved, filled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policy() -> None:
    catalogue.policy()


def at(name: str) -> str:
    return reverse(f"desk_institution_{name}", args=["J001"]) if name else reverse("desk_institution", args=["J001"])


def test_an_institution_fills_its_file_and_its_district_sends_it_back_and_then_approves_it(
    cast: Cast, sign_in: Open, school: Institution, now: datetime
) -> None:
    own, bureau = sign_in(cast.institution), sign_in(cast.district)
    today = local_date(now)
    trade = {"occupation": catalogue.occupation().pk, "level": catalogue.level().pk, "valid_from": today}
    trainer = {"name": "王海波", "certificate": "教师证", "certificate_number": "JS-1", "until": today}
    own.post(at("open"))
    assert own.post(at("trade"), trade).status_code == 422
    own.post(at("trade"), {**trade, "valid_until": today + timedelta(days=9)})
    own.post(at("trainer"), trainer)
    assert "已提交，等审核。" in words(own.post(at("submit"), follow=True))
    assert "备案已提交或已通过，不能修改" in words(own.post(at("trainer"), trainer, follow=True))
    assert "1 家等待审核" in words(bureau.get(reverse("desk_institutions")))
    bureau.post(at("decide"), {"decision": "return", "reason": "证书看不清"})
    assert soup(own.get(at(""))).select_one(".notice-warn").get_text(" ", strip=True) == "退回原因 证书看不清"
    own.post(at("submit"))
    assert "已通过，备案从现在起有效" in words(bureau.post(at("decide"), {"decision": "approve"}, follow=True))
    assert Registration.objects.get().status == "approved"


def test_a_school_of_entrepreneurship_files_its_kind_of_training_and_its_reviewer_reads_it(
    cast: Cast, sign_in: Open, school: Institution, now: datetime
) -> None:
    own, today = sign_in(cast.institution), local_date(now)
    syb = catalogue.kind("syb", "entrepreneurship", name="创办你的企业 SYB")
    own.post(at("open"))
    assert own.post(at("programme"), {"programme": syb.pk, "runs_from": today}).status_code == 422
    runs = {"programme": syb.pk, "runs_from": today, "runs_until": today + timedelta(days=9)}
    own.post(at("programme"), runs)
    assert "这个培训类型已经填过，未保存。" in words(own.post(at("programme"), runs, follow=True))
    own.post(at("programme_remove"), {"programme": "syb"})
    assert "也没有填写培训类型，未提交" in words(own.post(at("submit"), follow=True))
    own.post(at("programme"), runs)
    own.post(at("trainer"), {"name": "王海波", "certificate": "教师证", "certificate_number": "JS-1", "until": today})
    own.post(at("submit"))
    page = words(sign_in(cast.district).get(at("")))
    assert "创办你的企业 SYB 2026 年 9 月 14 日 – 2026 年 9 月 23 日 有效" in page
    assert "添加培训类型" in page


def test_an_institution_of_another_is_not_found_by_its_office_nor_by_another_district(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    stranger = catalogue.institution("J002", "莱山职校", district=laishan)
    filled(institution=stranger, by=people.user(), now=now)
    address = reverse("desk_institution", args=["J002"])
    answers = {role: sign_in(user).get(address).status_code for role, user in cast.everybody().items()}
    assert answers == {
        "learner": 403, "trainer": 403, "institution": 404, "district": 404,
        "city": 200, "inspector": 200, "auditor": 200, "editor": 403,
    }  # fmt: skip
    assert "莱山职校" not in words(sign_in(cast.institution).get(reverse("desk_institutions")))


def test_only_the_institution_and_its_reviewers_read_a_certificate_number(
    cast: Cast, sign_in: Open, school: Institution, now: datetime
) -> None:
    approved(institution=school, now=now)
    pages = {role: words(sign_in(getattr(cast, role)).get(at(""))) for role in ("institution", "city", "inspector")}
    assert {role for role, page in pages.items() if "JS-2024-0081" in page} == {"institution", "city"}
    assert "王海波" not in pages["inspector"]


def test_an_officer_enters_an_institution_in_the_own_district_only(cast: Cast, sign_in: Open, now: datetime) -> None:
    laishan = catalogue.district("laishan", "莱山区", "370613")
    kind = catalogue.institution().kind
    entry = {"credit_code": "12370699MJD0260785", "name": "新学校", "kind": kind.pk, "address": "海港路 1 号"}
    browser = sign_in(cast.district)
    assert browser.post(reverse("desk_institution_new"), {**entry, "district": laishan.pk}).status_code == 422
    bad = browser.post(
        reverse("desk_institution_new"),
        {**entry, "credit_code": "12370699MJD0260784", "district": catalogue.district().pk},
    )
    assert "第 18 位校验不符" in words(bad)
    browser.post(reverse("desk_institution_new"), {**entry, "district": catalogue.district().pk})
    assert Institution.objects.get(name="新学校").number == "J002"


def test_the_list_costs_the_same_for_one_institution_and_for_many(cast: Cast, sign_in: Open) -> None:
    browser = sign_in(cast.city)

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get(reverse("desk_institutions")).status_code == 200
        return len(captured)

    statements()  # the first visit of a process also fills its memory
    few = statements()
    for number in range(2, 12):
        catalogue.institution(f"J{number:03d}")
    assert statements() == few


def test_a_base_shows_who_may_see_a_class_whose_it_is_and_everybody_else_that_the_room_is_taken(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    other = catalogue.institution("J002", "别家学校")
    made = training_class(now=now, institution=other)
    base = TrainingBase.objects.create(number="SX01", name="海工基地", district=catalogue.district())
    Venue.objects.filter(pk=made.venue_id).update(base=base)
    assert made.venue
    Room.objects.create(venue=made.venue, name="203 教室", capacity=40)
    Room.objects.create(venue=made.venue, name="204 教室", capacity=20)
    address = reverse("desk_base", args=["SX01"])
    city, own = sign_in(cast.city).get(address), sign_in(cast.institution).get(address)
    assert (made.number in city.content.decode(), made.number in own.content.decode()) == (True, False)
    assert words(own).count("已占用") == 2
    assert words(own).count("空闲") == 12
    assert "2 60 人" in words(sign_in(cast.city).get(reverse("desk_bases")))


def test_a_project_shows_what_was_counted_of_its_plan(cast: Cast, sign_in: Open, now: datetime) -> None:
    from courses.models import Project, TrainingClass

    project = Project.objects.create(
        number="XM1", name="海鲜专项", sponsor="市人社局", planned=4, district=catalogue.district(),
        starts_on=now.date() - timedelta(days=10), ends_on=now.date() + timedelta(days=9),
    )  # fmt: skip
    counted(now=now - timedelta(days=8), project=project)
    page = words(sign_in(cast.city).get(reverse("desk_project", args=["XM1"])))
    assert "已计数 1 人次 完成 25.0%，时间已过 55%" in page
    assert "已安排 30 / 4 已提交和批准的班的名额，办结的班按实际占用" in page
    TrainingClass.objects.update(status="closed")
    assert "已安排 1 / 4" in words(sign_in(cast.city).get(reverse("desk_project", args=["XM1"])))
    assert "慢于时间进度" in words(sign_in(cast.city).get(reverse("desk_projects")))


def test_a_district_does_not_find_the_project_of_another(cast: Cast, sign_in: Open, now: datetime) -> None:
    from courses.models import Project

    laishan = catalogue.district("laishan", "莱山区", "370613")
    for number, district in (("XM1", laishan), ("XM2", None)):
        Project.objects.create(
            number=number, name=number, sponsor="市人社局", planned=4, district=district,
            starts_on=now.date(), ends_on=now.date(),
        )  # fmt: skip
    browser = sign_in(cast.district)
    asked = [browser.get(reverse("desk_project", args=[number])).status_code for number in ("XM1", "XM2")]
    assert asked == [404, 200]


def test_a_view_of_the_list_is_saved_and_brings_its_filters_back(cast: Cast, sign_in: Open) -> None:
    page = reverse("desk_institutions")
    catalogue.institution("J002", "莱山学校", catalogue.district("laishan", "莱山区"))
    browser = sign_in(cast.city)
    form = soup(browser.get(page, {"district": "laishan", "page": "1"})).select(".saved-views input[name]")
    fields = {field["name"]: field.get("value", "") for field in form}
    answer = browser.post(reverse("desk_view_save"), {**fields, "label": "莱山"}, follow=True)
    assert answer.redirect_chain == [(f"{page}?district=laishan", 302)]
    (link,) = soup(browser.get(page)).select(".saved-views nav a")
    assert [row.get_text() for row in soup(browser.get(str(link["href"]))).select(".table tbody th")] == ["J002"]


def test_the_spreadsheet_holds_the_list_of_the_screen_and_only_what_the_post_may_take(
    cast: Cast, sign_in: Open, school: Institution, now: datetime
) -> None:
    laishan = catalogue.institution("J002", "莱山学校", catalogue.district("laishan", "莱山区"))
    filled(institution=laishan, by=people.user(), now=now)
    page, file = reverse("desk_institutions"), reverse("desk_export_institutions")
    city = sign_in(cast.city)
    form = soup(city.get(page, {"q": "莱山"})).select_one("form[action*='institutions.xlsx']")
    assert form is not None
    header, row = opened(city.post(str(form["action"])))
    told = dict(zip(header, row, strict=True))
    assert (told["机构编号"], told["机构"], told["区市"], told["备案"]) == ("J002", "莱山学校", "莱山区", "未备案")
    event = AuditEvent.objects.get(verb="exported")
    assert (event.by_name, event.detail) == ("cast-c", {"what": "institutions", "rows": 1})
    assert [each[0] for each in opened(sign_in(cast.district).post(file))[1:]] == [school.number]
    assert city.get(file).status_code == 405
    auditor = sign_in(cast.auditor)
    assert auditor.post(file).status_code == 403
    assert soup(auditor.get(page)).select("form[action*='institutions.xlsx']") == []
