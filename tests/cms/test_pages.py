"""What a reader gets: facts from the course, lists without scripts, nothing from another host."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cms import publishing
from cms.models import ArticlePage, CoursePage, HomePage, OfficialSettings
from courses.models import Course, TrainingClass
from tests.factories import catalogue as lists
from tests.factories import classes, people

LOADED = re.compile(r"<(?:link|script|img|source|iframe|video|audio)\b[^>]*?(?:href|src|srcset)=\"([^\"]+)\"")


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.fixture
def today() -> datetime:
    """Pages read the clock at the edge, so their classes start from the present."""
    return timezone.now()


def open_class(page: CoursePage, today: datetime, **fields: object) -> TrainingClass:
    return classes.training_class(now=today, course=page.course, **fields)  # type: ignore[arg-type]


def test_the_course_page_takes_its_facts_from_the_course(client: Client, cook: CoursePage) -> None:
    Course.objects.update(hours_theory=10, hours_practice=50, certificate="专项职业能力证书")
    page = text_of(client, "/courses/lucai-4/")
    assert "<dt>学时</dt><dd>60</dd>" in page
    assert "到课满 48 学时" in page
    assert "专项职业能力证书" in page
    assert "理论 10，实操 50" in page
    assert "年满 16 周岁，户籍不限" in page


def test_the_hours_that_complete_are_the_same_on_the_course_page_as_on_ones_own(
    client: Client, cook: CoursePage
) -> None:
    """Four fifths of 36 are 28.8 学时, on 我的学习 as here."""
    Course.objects.update(hours_theory=16, hours_practice=20)
    assert "到课满 28.8 学时" in text_of(client, "/courses/lucai-4/")


def test_the_course_page_shows_plan_story_bring_and_questions(client: Client, cook: CoursePage) -> None:
    page = text_of(client, "/courses/lucai-4/")
    for words in ("花刀、整鱼出骨", "结业宴请家人", "身份证", "没做过饭能学吗", "从拿刀开始"):
        assert words in page


def test_only_the_first_open_class_has_the_filled_button(client: Client, cook: CoursePage, today: datetime) -> None:
    first = open_class(cook, today, first=today + timedelta(days=2))
    second = open_class(cook, today, first=today + timedelta(days=5))
    page = text_of(client, "/courses/lucai-4/")
    buttons = dict(re.findall(r'<a class="(btn btn-s[^"]*)" href="/my/enrol/([^/]+)/"', page))
    assert {number: classes for classes, number in buttons.items()} == {
        first.number: "btn btn-s",
        second.number: "btn btn-s btn-quiet",
    }


def test_the_bar_of_the_phone_leads_to_the_first_class_with_seats(
    client: Client, cook: CoursePage, today: datetime
) -> None:
    full = open_class(cook, today, first=today + timedelta(days=2))
    free = open_class(cook, today, first=today + timedelta(days=5))
    bar = re.compile(r'class="bottom-bar.*?href="/my/enrol/([^/]+)/"', re.DOTALL)
    TrainingClass.objects.filter(pk=full.pk).update(taken=full.seats)
    assert bar.findall(text_of(client, "/courses/lucai-4/")) == [free.number]
    TrainingClass.objects.filter(pk=free.pk).update(taken=free.seats)
    assert bar.findall(text_of(client, "/courses/lucai-4/")) == [full.number]


def test_who_is_in_a_class_reads_how_they_stand_there_and_is_led_to_it(
    client: Client, cook: CoursePage, today: datetime
) -> None:
    """A visitor, and a learner of another course, is offered the class as before."""
    row = open_class(cook, today, seats=1)
    enrol, elsewhere = f'href="/my/enrol/{row.number}/"', open_class(cook, today)
    first = classes.enrolled(training_class=row, now=today)
    waits = classes.enrolled(training_class=row, now=today)
    said = {}
    for own in (first, waits):
        client.force_login(own.learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = said[own.pk] = text_of(client, "/courses/lucai-4/")
        assert page.count(f'href="/my/enrolment/{own.number}/"') == 2
        assert enrol not in page
        assert f'href="/my/enrol/{elsewhere.number}/"' in page
    assert "报名成功" in said[first.pk]
    assert "已排队候补，第 1 位" in said[waits.pk]
    client.logout()
    assert enrol in text_of(client, "/courses/lucai-4/")
    client.force_login(people.staff(role="editor", now=today))
    assert enrol in text_of(client, "/courses/lucai-4/")


def test_seats_are_live_in_words_and_marks(client: Client, cook: CoursePage, today: datetime) -> None:
    row = open_class(cook, today, seats=30)
    TrainingClass.objects.filter(pk=row.pk).update(taken=28)
    page = text_of(client, "/courses/lucai-4/")
    assert "仅余 2 席" in page
    assert page.count("<i></i>") == 28
    assert page.count('<i class="f"></i>') == 2
    TrainingClass.objects.filter(pk=row.pk).update(taken=30, waiting=4)
    page = text_of(client, "/courses/lucai-4/")
    assert "可候补，前面 4 人" in page
    assert "排队候补" in page


def test_a_course_without_open_classes_says_whom_to_call(client: Client, cook: CoursePage) -> None:
    assert "现在没有可以报名的班" in text_of(client, "/courses/lucai-4/")


def test_the_lasting_address_leads_to_the_live_page_and_else_nowhere(client: Client, cook: CoursePage) -> None:
    assert client.get("/course/lucai-4/").headers["Location"] == "/courses/lucai-4/"
    cook.unpublish()
    assert client.get("/course/lucai-4/").status_code == 404
    assert client.get("/course/nothing/").status_code == 404


def test_the_list_finds_words_of_the_page_and_works_as_a_plain_form(client: Client, cook: CoursePage) -> None:
    page = text_of(client, "/courses/?q=整鱼&district=&kind=skill&brand=&month=")
    assert 'href="/courses/lucai-4/"' in page
    assert '<option value="skill" selected>' in page
    assert '<form class="course-filters" method="get"' in page
    assert "hx-" not in page


def test_an_empty_list_offers_to_loosen_a_filter_by_name(client: Client, cook: CoursePage) -> None:
    lists.brand(key="haigong", name="海工装备")
    page = text_of(client, "/courses/?q=整鱼&brand=haigong")
    assert "没有这样的课程" in page
    assert "去掉「海工装备」，有 1 门" in page
    assert 'href="?q=%E6%95%B4%E9%B1%BC"' in page


def test_a_filter_that_is_on_no_list_is_left_out(client: Client, cook: CoursePage) -> None:
    assert "一共 1 门课程" in text_of(client, "/courses/?district=nowhere&month=2020-01&kind=%3Cb%3E")


def test_an_unpublished_course_is_on_no_list(client: Client, cook: CoursePage, today: datetime) -> None:
    open_class(cook, today)
    cook.unpublish()
    assert "lucai-4" not in text_of(client, "/courses/")
    assert "看详情报名" not in text_of(client, "/")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_two_queries_however_many_courses(
    client: Client, cook: CoursePage, today: datetime, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        page = publishing.publish_course(course=lists.course(number=f"more-{number}"))
        open_class(page, today)
    client.get("/courses/")
    with django_assert_num_queries(2):
        client.get("/courses/")


@pytest.mark.parametrize("rows", [1, 3])
def test_a_course_page_takes_twelve_queries_however_many_classes(
    client: Client, cook: CoursePage, today: datetime, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        open_class(cook, today, first=today + timedelta(days=number + 1))
    client.get("/courses/lucai-4/")
    with django_assert_num_queries(12):
        client.get("/courses/lucai-4/")


def test_a_notice_is_taken_down_when_its_time_is_over(client: Client, site: HomePage) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    publishing.publish_article(
        slug="over",
        title="结业人员公示",
        kind=ArticlePage.Kind.NOTICE,
        on=date(2026, 1, 5),
        shown_until=yesterday,
        body=[("paragraph", "<p>名单甲乙丙</p>")],
    )
    assert "结业人员公示" not in text_of(client, "/notices/")
    page = text_of(client, "/notices/over/")
    assert "公示期已过" in page
    assert "名单甲乙丙" not in page


def test_articles_are_listed_by_kind_newest_first(client: Client, site: HomePage) -> None:
    for slug, kind, day in (("a", "news", 1), ("b", "policy", 2), ("c", "news", 3)):
        publishing.publish_article(slug=slug, title=f"第{slug}条", kind=kind, on=date(2026, 1, day))
    assert re.findall(r'href="/notices/(\w)/"', text_of(client, "/notices/")) == ["c", "b", "a"]
    assert re.findall(r'href="/notices/(\w)/"', text_of(client, "/notices/?kind=news")) == ["c", "a"]


def test_the_home_page_has_three_actions_the_week_news_and_a_story(
    client: Client, cook: CoursePage, today: datetime
) -> None:
    open_class(cook, today)
    publishing.publish_article(slug="n", title="国庆安排", kind="news", on=date(2026, 1, 1))
    publishing.publish_article(
        slug="s", title="老孙", kind="story", on=date(2026, 1, 2), quote="探伤都过", speaker="孙*国"
    )
    page = text_of(client, "/")
    for words in (
        "我要报名",
        "我要签到",
        "查证书",
        "中式烹调师（四级）",
        "国庆安排",
        "「探伤都过」",
        "孙*国",
        "鲁菜师傅",
    ):
        assert words in page
    assert 'href="/courses/lucai-4/"' in page


def test_what_an_editor_enters_replaces_the_installation_s_names(client: Client, site: HomePage) -> None:
    assert "0535-000 0000" in text_of(client, "/contact/")
    OfficialSettings.objects.create(site=site.get_site(), phone="0535-111 2222")
    page = text_of(client, "/contact/")
    assert "0535-111 2222" in page
    assert "0535-000 0000" not in page


PAGES = ["/", "/courses/", "/courses/lucai-4/", "/notices/", "/guide/", "/help/", "/accessibility/", "/privacy/"]


@pytest.mark.parametrize("path", [*PAGES, "/contact/", "/numbers/", "/courses/?q=没有"])
def test_no_public_page_loads_or_links_to_another_host(client: Client, cook: CoursePage, path: str) -> None:
    page = text_of(client, path)
    loaded = LOADED.findall(page)
    assert loaded
    assert [address for address in loaded if not re.match(r"/(?!/)", address)] == []
    assert re.findall(r'(?:href|action)="(?:https?:)?//', page) == []
