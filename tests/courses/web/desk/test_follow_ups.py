"""跟踪服务 at the desk: the institution's list of whom to ask, two presses for most, and figures by institution."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import supervision, turns
from courses.models import Completion, FollowUp, Reveal, TrainingClass
from courses.turns import Turn
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people
from tests.factories.certificates import approved

pytestmark = pytest.mark.django_db
PAGE = 5


@pytest.fixture
def due(now: datetime, cast: Cast) -> FollowUp:
    """Of a class that ended three and a half months ago."""
    done = approved(now=now)
    _ended(done.enrolment.training_class)
    supervision.plan_due(now=now)
    return FollowUp.objects.get(completion=done, months=3)


def _ended(made: TrainingClass) -> None:
    TrainingClass.objects.filter(pk=made.pk).update(starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 31))


def class_of(row: FollowUp) -> TrainingClass:
    return row.completion.enrolment.training_class


def test_it_waits_for_the_institution_until_somebody_was_asked(now: datetime, cast: Cast, due: FollowUp) -> None:
    assert turns.mine(turn=Turn.FOLLOW_UP, user=cast.institution, now=now).get() == class_of(due)
    # The certificate of that completion waits for the institution as well.
    assert turns.count_mine(user=cast.institution, now=now) == 2
    for user in (cast.district, cast.city, cast.inspector, cast.auditor):
        assert Turn.FOLLOW_UP not in turns.kinds_for(user=user, now=now)
    supervision.enter(by=cast.institution, follow_up=due, said=supervision.Said("looking"), now=now)
    assert turns.count_mine(user=cast.institution, now=now) == 1
    handled = [(status, many, of) for _pk, status, many, _at, of in turns.handled(user=cast.institution, now=now)]
    assert handled == [("called", 1, "follow_ups")]


def test_from_the_queue_it_takes_three_presses_to_show_the_number_and_keep_the_answer(
    now: datetime, cast: Cast, due: FollowUp, sign_in: Open
) -> None:
    browser = sign_in(cast.institution)
    [row] = [one for one in soup(browser.get(reverse("desk"))).select(".queue tbody tr") if "待跟踪" in one.get_text()]
    assert "1 人待跟踪" in row.get_text()
    address = reverse("desk_follow_up", args=[class_of(due).number])
    assert row.select_one(f"a[href='{address}']")
    phone = due.completion.enrolment.learner.phone
    assert phone not in browser.get(address).content.decode()
    shown = browser.post(reverse("desk_follow_up_number", args=[due.code]))
    assert soup(shown).select_one("a[href^=tel]")["href"] == f"tel:{phone}"
    assert "no-store" in shown.headers["Cache-Control"]
    browser.post(reverse("desk_follow_up_enter", args=[due.code]), {"outcome": "looking"})
    due.refresh_from_db()
    assert (due.outcome, due.by, Reveal.objects.count()) == ("looking", cast.institution, 1)


def test_a_business_is_entered_with_its_particulars_and_what_is_wrong_is_said(
    cast: Cast, due: FollowUp, sign_in: Open
) -> None:
    browser, address = sign_in(cast.institution), reverse("desk_follow_up_enter", args=[due.code])
    said = {"outcome": "business", "employer": "海风船务", "registered_on": "2026-08-01", "jobs": "3"}
    for wrong, words_of_it in (
        ({"employer": ""}, "请写单位或企业名称"),
        ({"registered_on": "昨天"}, "注册日期请填今天或以前的日期"),
        ({"jobs": "很多"}, "带动就业人数请填 0 到 9999 的整数"),
        ({"credit_code": "123"}, "统一社会信用代码应为 18 位"),
    ):
        assert words_of_it in words(browser.post(address, {**said, **wrong}, follow=True))
    kept = soup(browser.post(address, {**said, "jobs": "很多", "wants": "想贷款"}))
    typed = {one["name"]: one["value"] for one in kept.select(".ask-forms input.input")}
    assert typed == {
        "employer": "海风船务", "registered_on": "2026-08-01", "jobs": "很多", "wants": "想贷款", "credit_code": "",
    }  # fmt: skip
    page = words(browser.post(address, said, follow=True))
    assert "已创业" in page
    assert "海风船务，带动就业 3 人" in page.replace(" ，", "，").replace("， ", "，")
    due.refresh_from_db()
    assert (due.outcome, due.registered_on, due.jobs) == ("business", date(2026, 8, 1), 3)


def test_figures_are_for_everybody_with_the_tally_and_entry_for_the_own_institution_alone(
    now: datetime, cast: Cast, due: FollowUp, sign_in: Open
) -> None:
    page = reverse("desk_follow_up", args=[class_of(due).number])
    posts = [reverse(f"desk_follow_up_{name}", args=[due.code]) for name in ("number", "enter")]
    for user in (cast.district, cast.city, cast.inspector, cast.auditor):
        browser = sign_in(user)
        figures = words(browser.get(reverse("desk_follow_ups")))
        assert "市技师学院 1 0 0 0 0 –" in figures
        assert "现在要问的" not in figures
        assert {browser.get(page).status_code, *(browser.post(one).status_code for one in posts)} == {403}
    other = people.staff(
        role="institution", now=now, institution=catalogue.institution("J002", "别校"), username="cast-j"
    )
    stranger = sign_in(other)
    assert "市技师学院" not in words(stranger.get(reverse("desk_follow_ups")))
    assert {stranger.get(page).status_code, *(stranger.post(one).status_code for one in posts)} == {404}
    due.refresh_from_db()
    assert (due.outcome, Reveal.objects.count()) == ("", 0)


def test_the_own_list_names_each_class_with_somebody_to_ask(
    now: datetime, cast: Cast, due: FollowUp, sign_in: Open
) -> None:
    approved(now=now, a_class=class_of(due))
    supervision.plan_due(now=now)
    listed = soup(sign_in(cast.institution).get(reverse("desk_follow_ups"))).select("main .history > li")
    assert [" ".join(one.get_text(" ").split()) for one in listed] == [
        f"{class_of(due).course.label} {class_of(due).number} 2 人待跟踪"
    ]


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_takes_the_same_statements_for_one_learner_and_for_three(
    many: int, now: datetime, cast: Cast, due: FollowUp, sign_in: Open
) -> None:
    for _ in range(many - 1):
        approved(now=now, a_class=class_of(due))
    supervision.plan_due(now=now)
    assert Completion.objects.count() == many
    browser, address = sign_in(cast.institution), reverse("desk_follow_up", args=[class_of(due).number])
    browser.get(address)
    with CaptureQueriesContext(connection) as spent:
        page = soup(browser.get(address))
    assert len(page.select("main .lesson-lines > li")) == many
    assert len(spent) == PAGE
