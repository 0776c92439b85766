"""The list of classes: its filters, its pages, its saved views and its spreadsheet."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import saved_views
from courses.models import AuditEvent, SavedView, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.courses.web.desk.test_exports import opened
from tests.factories import catalogue
from tests.factories.classes import training_class

pytestmark = pytest.mark.django_db


def numbers(response: object) -> list[str]:
    return [cell.get_text() for cell in soup(response).select(".table tbody th")]


@pytest.fixture
def two(now: datetime, cast: Cast) -> tuple[TrainingClass, TrainingClass]:
    """A skills class of Zhifu in September, and a start-up class of Laishan in November that is still a draft."""
    laishan = catalogue.district("laishan", "莱山区", "370613")
    other = catalogue.institution("J002", "莱山学校", laishan)
    start = catalogue.course(
        name="创办你的企业", kind=catalogue.kind("syb", name="创办企业"), brand=catalogue.brand("haixian", "胶东海鲜")
    )
    here = training_class(now=now, first=now + timedelta(days=2))
    there = training_class(
        now=now, first=now + timedelta(days=60), approved=False, course=start, district=laishan, institution=other
    )
    return here, there


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, "both"),
        ({"status": "enrolling"}, "here"),
        ({"status": "draft"}, "there"),
        ({"kind": "syb"}, "there"),
        ({"brand": "lucai"}, "here"),
        ({"month": "2026-09"}, "here"),
        ({"month": "2026-11"}, "there"),
        ({"district": "laishan"}, "there"),
        ({"institution": "J001"}, "here"),
        ({"q": "莱山"}, "there"),
        ({"kind": "syb", "month": "2026-09"}, "none"),
        ({"month": "九月"}, "none"),
        ({"status": "never"}, "none"),
    ],
)
def test_each_filter_stands_in_the_address_and_narrows_the_list(
    asked: dict[str, str], wanted: str, cast: Cast, sign_in: Open, two: tuple[TrainingClass, TrainingClass]
) -> None:
    here, there = (made.number for made in two)
    page = sign_in(cast.city).get(reverse("desk_classes"), asked)
    assert numbers(page) == {"both": [there, here], "here": [here], "there": [there], "none": []}[wanted]


def test_the_filters_find_nothing_of_another_district(
    cast: Cast, sign_in: Open, two: tuple[TrainingClass, TrainingClass]
) -> None:
    browser, (here, there) = sign_in(cast.district), two
    assert numbers(browser.get(reverse("desk_classes"))) == [here.number]
    assert numbers(browser.get(reverse("desk_classes"), {"q": there.number})) == []
    assert "没有这样的班" in words(browser.get(reverse("desk_classes"), {"institution": "J002"}))


def test_an_institution_is_not_asked_which_institution(
    cast: Cast, sign_in: Open, two: tuple[TrainingClass, TrainingClass]
) -> None:
    fields = {field["name"] for field in soup(sign_in(cast.institution).get(reverse("desk_classes"))).select("[name]")}
    assert fields >= {"status", "kind", "brand", "month", "q"}
    assert not fields & {"district", "institution"}


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_statements_for_one_class_and_for_three(
    number: int, now: datetime, cast: Cast, sign_in: Open
) -> None:
    for place in range(number):
        training_class(now=now, first=now + timedelta(days=place))
    browser = sign_in(cast.district)
    browser.get(reverse("desk_classes"))
    with CaptureQueriesContext(connection) as spent:
        page = browser.get(reverse("desk_classes"), {"month": "2026-09", "kind": "skill"})
    assert len(numbers(page)) == number
    assert len(spent) == 10


def test_the_spreadsheet_holds_the_list_of_the_screen_and_is_logged(
    cast: Cast, sign_in: Open, two: tuple[TrainingClass, TrainingClass]
) -> None:
    here, _there = two
    browser = sign_in(cast.city)
    page = soup(browser.get(reverse("desk_classes"), {"brand": "lucai"}))
    address = page.select_one("form[action*='classes.xlsx']")["action"]  # type: ignore[index]
    rows = opened(browser.post(str(address)))
    told = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 2
    assert (told["班级编号"], told["机构编号"], told["开班日期"], told["已报"]) == (
        here.number,
        "J001",
        "2026-09-16",
        0,
    )
    event = AuditEvent.objects.get(verb="exported")
    assert (event.by_name, event.detail) == ("cast-c", {"what": "classes", "rows": 1})
    assert "班次" in words(browser.get(reverse("desk_exports")))


def test_the_spreadsheet_is_a_post_and_holds_only_ones_own_classes(
    cast: Cast, sign_in: Open, two: tuple[TrainingClass, TrainingClass]
) -> None:
    browser = sign_in(cast.district)
    assert browser.get(reverse("desk_export_classes")).status_code == 405
    assert [row[0] for row in opened(browser.post(reverse("desk_export_classes")))[1:]] == [two[0].number]
    assert sign_in(cast.auditor).post(reverse("desk_export_classes")).status_code == 403


def test_a_saved_view_stands_above_its_list_and_brings_its_filters_back(
    cast: Cast, sign_in: Open, two: tuple[TrainingClass, TrainingClass]
) -> None:
    browser, (_here, there) = sign_in(cast.city), two
    page = soup(browser.get(reverse("desk_classes"), {"kind": "syb", "page": "1"}))
    form = {field["name"]: field.get("value", "") for field in page.select(".saved-views input[name]")}
    answer = browser.post(reverse("desk_view_save"), {**form, "label": "创业班"}, follow=True)
    assert answer.redirect_chain == [(f"{reverse('desk_classes')}?kind=syb", 302)]
    assert "已保存，以后在列表上方点名称就能打开。" in words(answer)
    (link,) = soup(browser.get(reverse("desk_classes"))).select(".saved-views nav a")
    assert (link.get_text(), link.get("aria-current")) == ("创业班", None)
    assert numbers(browser.get(str(link["href"]))) == [there.number]
    assert soup(browser.get(str(link["href"]))).select_one(".saved-views nav a[aria-current]") is not None
    assert soup(browser.get(reverse("desk"))).select(".saved-views nav a") == []


def test_a_refused_view_says_why_and_the_filters_stay(cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    answer = sign_in(cast.city).post(
        reverse("desk_view_save"), {"listing": "queue", "query": "check=open", "label": " "}, follow=True
    )
    assert "请给这组筛选起一个名称，未保存。" in words(answer)
    assert answer.redirect_chain == [(f"{reverse('desk')}?check=open", 302)]
    assert sign_in(cast.city).post(reverse("desk_view_save"), {"listing": "learners"}).status_code == 404


def test_only_its_owner_sees_a_view_and_removes_it(now: datetime, cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    made = saved_views.keep(
        by=cast.district, listing=SavedView.Listing.CLASSES, label="在办", query="status=running", now=now
    )
    address = reverse("desk_view_forget", args=[made.key])
    assert "在办" not in words(sign_in(cast.city).get(reverse("desk_classes")))
    assert sign_in(cast.city).post(address).status_code == 404
    assert sign_in(cast.district).get(address).status_code == 405
    assert "已删除「在办」。" in words(sign_in(cast.district).post(address, follow=True))
    assert not SavedView.objects.exists()
