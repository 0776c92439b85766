"""Whose turn it is: each open step stands under 待我办 of those who may take it and under 等别人办 of the others."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import classes, completion, institutions, selection, turns
from courses.models import Completion, InstitutionEvent, Registration, TrainingClass, User
from courses.turns import Of, Turn
from tests.courses.web.desk.conftest import Cast, Open, propose_all, soup, words
from tests.factories import catalogue, people
from tests.factories.classes import training_class
from tests.factories.institutions import filled
from tests.factories.selection import camp, candidate, scored

pytestmark = pytest.mark.django_db
Make = Callable[..., TrainingClass]


def waits_for_others(user: User, now: datetime) -> set[tuple[str, str, int]]:
    numbers = dict(TrainingClass.objects.values_list("pk", "number"))
    files = dict(Registration.objects.values_list("pk", "institution__number"))
    return {
        ((files if turn == Turn.REGISTRATION_REVIEW else numbers)[pk], turn, many)
        for pk, turn, many, _since in turns.elsewhere(user=user, now=now)
    }


def waits_for(user: User, now: datetime) -> set[tuple[str, str]]:
    return {
        (found.number, turn)
        for turn in turns.kinds_for(user=user, now=now)
        for found in turns.mine(turn=turn, user=user, now=now)
    } | {
        (found.institution.number, Turn.REGISTRATION_REVIEW)
        for found in turns.my_registrations(user=user, now=now)
        if Turn.REGISTRATION_REVIEW in turns.kinds_for(user=user, now=now)
    }


def handled(user: User, now: datetime) -> list[tuple[str, str, int]]:
    numbers = dict(TrainingClass.objects.values_list("pk", "number"))
    files = dict(InstitutionEvent.objects.values_list("pk", "institution__number"))
    return [
        ((files if of == Of.REGISTRATION else numbers)[pk], status, many)
        for pk, status, many, _at, of in turns.handled(user=user, now=now)
    ]


def rows(response: object) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in soup(response).select(".queue tbody tr")]


def tabs(response: object) -> list[str]:
    return [" ".join(tab.get_text(" ").split()) for tab in soup(response).select(".tabs a")]


@pytest.fixture
def planned(now: datetime, cast: Cast) -> Make:
    """A class that its institution has drafted and not handed in."""

    def make() -> TrainingClass:
        return training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])

    return make


def test_a_class_handed_in_waits_for_its_district_and_stands_with_the_institution_as_anothers(
    now: datetime, cast: Cast, planned: Make
) -> None:
    made = planned()
    classes.submit(by=cast.institution, training_class=made, now=now)
    assert waits_for(cast.district, now) == {(made.number, Turn.CLASS_REVIEW)}
    assert waits_for_others(cast.district, now) == set()
    assert waits_for(cast.institution, now) == set()
    assert waits_for_others(cast.institution, now) == {(made.number, Turn.CLASS_REVIEW, 0)}


def test_a_class_sent_back_waits_for_its_institution_again(now: datetime, cast: Cast, planned: Make) -> None:
    made = planned()
    classes.submit(by=cast.institution, training_class=made, now=now)
    classes.send_back(by=cast.district, training_class=made, reason="教师时间冲突", now=now)
    assert waits_for(cast.institution, now) == {(made.number, Turn.CLASS_MEND)}
    assert waits_for_others(cast.institution, now) == set()
    assert waits_for_others(cast.district, now) == {(made.number, Turn.CLASS_MEND, 0)}


def test_a_draft_waits_for_its_own_institution_and_for_nobody_else(now: datetime, cast: Cast, planned: Make) -> None:
    made = planned()
    assert waits_for(cast.institution, now) == {(made.number, Turn.CLASS_MEND)}
    assert waits_for_others(cast.district, now) == set()
    assert waits_for_others(cast.city, now) == set()


def test_completions_wait_for_the_institution_then_for_the_district_and_once_returned_for_the_trainer(
    now: datetime, cast: Cast, finished: Make
) -> None:
    made = finished(people_in=2)
    first, _second = propose_all(made, by=cast.trainer, now=now)
    assert waits_for_others(cast.district, now) == {(made.number, Turn.COMPLETION_SUBMIT, 2)}
    assert waits_for_others(cast.institution, now) == set()
    completion.submit_all(by=cast.institution, training_class=made, now=now)
    assert waits_for_others(cast.institution, now) == {(made.number, Turn.COMPLETION_REVIEW, 2)}
    first.refresh_from_db()
    completion.send_back(by=cast.district, completion=first, reason="签到表不符", now=now)
    assert waits_for_others(cast.district, now) == {(made.number, Turn.COMPLETION_MEND, 1)}
    assert waits_for_others(cast.institution, now) == {
        (made.number, Turn.COMPLETION_REVIEW, 1),
        (made.number, Turn.COMPLETION_MEND, 1),
    }


def test_another_district_another_institution_and_those_who_only_read_follow_nothing_of_it(
    now: datetime, cast: Cast, planned: Make, finished: Make
) -> None:
    stranger = people.staff(
        role="district", now=now - timedelta(days=9), district=catalogue.district("laishan"), username="cast-l"
    )
    classes.submit(by=cast.institution, training_class=planned(), now=now)
    propose_all(finished(people_in=1), by=cast.trainer, now=now)
    assert waits_for_others(stranger, now) == set()
    assert waits_for_others(cast.auditor, now) == set()
    assert waits_for_others(cast.inspector, now) == set()


@pytest.fixture
def handed_in(now: datetime, cast: Cast) -> Registration:
    """The first registration of the cast's institution, submitted on the Wednesday before."""
    wednesday = now - timedelta(days=5)
    made = filled(institution=catalogue.institution(), by=cast.institution, now=wednesday)
    institutions.submit(by=cast.institution, registration=made, now=wednesday)
    made.refresh_from_db()
    return made


def test_a_registration_waits_for_its_district_and_the_city_and_stands_with_the_institution_as_anothers(
    now: datetime, cast: Cast, handed_in: Registration
) -> None:
    stranger = people.staff(
        role="district", now=now - timedelta(days=9), district=catalogue.district("laishan"), username="cast-l"
    )
    review = ("J001", Turn.REGISTRATION_REVIEW)
    assert (waits_for(cast.district, now), waits_for(cast.city, now)) == ({review}, {review})
    assert waits_for_others(cast.institution, now) == {(*review, 0)}
    for nobody in (stranger, cast.inspector, cast.auditor):
        assert (waits_for(nobody, now), waits_for_others(nobody, now)) == (set(), set())
    assert [turns.count_mine(user=one, now=now) for one in (cast.district, cast.city, stranger)] == [1, 1, 0]
    institutions.approve(by=cast.district, registration=handed_in, now=now)
    assert (waits_for(cast.city, now), waits_for_others(cast.institution, now)) == (set(), set())


def test_the_queue_shows_a_registration_with_its_deadline_and_opens_its_file(
    now: datetime, cast: Cast, sign_in: Open, handed_in: Registration
) -> None:
    catalogue.policy()
    browser = sign_in(cast.district)
    page = browser.get(reverse("desk"))
    (row,) = rows(page)
    assert "备案 市技师学院 备案第 1 版 芝罘区 市技师学院 首次备案 须逐项看" in row
    assert "今天到期" in row
    assert {link["href"] for link in soup(page).select(".queue tbody a")} == {
        reverse("desk_institution", args=["J001"])
    }
    assert soup(page).select(".queue tbody input") == []
    assert tabs(page) == ["待我办 1", "我办过的 0", "等别人办 0"]
    assert len(rows(browser.get(reverse("desk"), {"kind": "registration_review", "q": "技师"}))) == 1
    assert rows(browser.get(reverse("desk"), {"q": "莱山"})) == []
    assert rows(browser.get(reverse("desk"), {"district": "laishan"})) == []
    assert rows(browser.get(reverse("desk"), {"kind": "class_review"})) == []


def test_a_late_review_of_a_registration_says_how_late_to_both_sides(
    now: datetime, cast: Cast, sign_in: Open, handed_in: Registration
) -> None:
    catalogue.policy()
    Registration.objects.update(submitted_at=now - timedelta(days=6))
    assert "超期 1 个工作日" in rows(sign_in(cast.district).get(reverse("desk")))[0]
    told = rows(sign_in(cast.institution).get(reverse("desk_elsewhere")))[0]
    assert "等区市审核" in told
    assert "超期 1 个工作日" in told


def test_who_handed_a_registration_in_reads_that_somebody_else_decides(
    cast: Cast, sign_in: Open, handed_in: Registration
) -> None:
    catalogue.policy()
    Registration.objects.update(submitted_by=cast.district)
    assert "本人经手，须他人审核" in rows(sign_in(cast.district).get(reverse("desk")))[0]


def test_what_one_handled_is_one_line_a_class_and_deed_latest_first(
    now: datetime, cast: Cast, planned: Make, finished: Make
) -> None:
    approved, returned, done = planned(), planned(), finished(people_in=3)
    classes.submit(by=cast.institution, training_class=approved, now=now)
    classes.submit(by=cast.institution, training_class=returned, now=now)
    rows_of = propose_all(done, by=cast.trainer, now=now)
    completion.submit_all(by=cast.institution, training_class=done, now=now)
    classes.approve(by=cast.district, training_class=approved, now=now + timedelta(minutes=1))
    classes.send_back(by=cast.district, training_class=returned, reason="改", now=now + timedelta(minutes=2))
    for place, row in enumerate(rows_of):
        row.refresh_from_db()
        at = now + timedelta(minutes=3 + place)
        if place < 2:
            completion.approve(by=cast.district, completion=row, now=at)
        else:
            completion.send_back(by=cast.district, completion=row, reason="改", now=at)
    later = now + timedelta(hours=1)
    assert handled(cast.district, later) == [
        (done.number, Completion.Status.RETURNED, 1),
        (done.number, Completion.Status.APPROVED, 2),
        (returned.number, TrainingClass.Status.RETURNED, 0),
        (approved.number, TrainingClass.Status.APPROVED, 0),
    ]
    assert set(handled(cast.institution, later)) == {
        (done.number, Completion.Status.SUBMITTED, 3),
        (returned.number, TrainingClass.Status.SUBMITTED, 0),
        (approved.number, TrainingClass.Status.SUBMITTED, 0),
    }
    assert handled(cast.city, later) == []


def test_registrations_stand_among_what_one_handled(
    now: datetime, cast: Cast, sign_in: Open, handed_in: Registration
) -> None:
    institutions.send_back(by=cast.district, registration=handed_in, reason="证书过期", now=now)
    institutions.submit(by=cast.institution, registration=handed_in, now=now + timedelta(minutes=1))
    institutions.approve(by=cast.district, registration=handed_in, now=now + timedelta(minutes=2))
    later = now + timedelta(hours=1)
    assert handled(cast.district, later) == [("J001", "approved", 0), ("J001", "returned", 0)]
    assert handled(cast.institution, later) == [("J001", "submitted", 0)]
    stranger = people.staff(
        role="district", now=now - timedelta(days=9), district=catalogue.district("laishan"), username="cast-l"
    )
    assert handled(stranger, later) == []
    first, second = rows(sign_in(cast.district).get(reverse("desk_handled")))
    assert "备案 市技师学院 备案第 1 版 芝罘区 市技师学院 已通过" in first
    assert "已退回" in second


def test_a_camp_waits_for_who_may_score_it_then_for_who_may_bring_its_result_out(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    a_camp, other = camp(now=now), people.staff(role="city", now=now - timedelta(days=9), username="cast-c2")
    row = candidate(camp=a_camp, now=now)
    score, result = (a_camp.number, Turn.SELECTION_SCORE), (a_camp.number, Turn.SELECTION_RESULT)
    assert [waits_for(one, now) for one in (cast.district, cast.city, cast.institution)] == [{score}, {score}, set()]
    assert waits_for_others(cast.institution, now) == {(*score, 0)}
    (shown,) = rows(sign_in(cast.district).get(reverse("desk")))
    assert "评选 烟台创业训练营" in shown
    assert "1 份申请待您评分" in shown
    assert "还剩" in shown
    scored(row, 8, by=[cast.district], now=now)
    assert (waits_for(cast.district, now), waits_for_others(cast.district, now)) == (set(), {(*score, 0)})
    scored(row, 8, by=[cast.city], now=now)
    assert [waits_for(one, now) for one in (cast.district, other)] == [{result}, {result}]
    assert "待提出结果" in rows(sign_in(other).get(reverse("desk")))[0]
    selection.propose(by=cast.district, training_class=a_camp, now=now)
    assert [waits_for(one, now) for one in (cast.district, cast.city, other)] == [set(), set(), {result}]
    assert waits_for_others(cast.city, now) == {(*result, 0)}
    assert "等提出或确认评选结果" in rows(sign_in(cast.city).get(reverse("desk_elsewhere")))[0]
    made = selection.current(training_class=a_camp)
    assert made is not None
    selection.confirm(by=other, selection=made, now=now)
    assert waits_for(other, now) == waits_for_others(cast.district, now) == set()
    assert handled(cast.district, now + timedelta(hours=1)) == [
        (a_camp.number, "proposed", 0),
        (a_camp.number, "scored", 1),
    ]
    assert handled(other, now + timedelta(hours=1)) == [(a_camp.number, "published", 0)]


def test_what_was_returned_and_proposed_anew_stays_among_what_one_handled(
    now: datetime, cast: Cast, submitted: Make
) -> None:
    made = submitted(people_in=1)
    completion.send_back(by=cast.district, completion=Completion.objects.get(), reason="改", now=now)
    propose_all(made, by=cast.trainer, now=now + timedelta(minutes=1))
    assert handled(cast.district, now + timedelta(hours=1)) == [(made.number, Completion.Status.RETURNED, 1)]


def test_who_lost_the_post_no_longer_sees_what_they_handled(now: datetime, cast: Cast, submitted: Make) -> None:
    submitted(people_in=1)
    completion.approve(by=cast.district, completion=Completion.objects.get(), now=now)
    cast.district.posts.update(until=now)
    again = User.objects.get(pk=cast.district.pk)
    assert handled(again, now + timedelta(minutes=1)) == []


def test_the_tabs_count_all_and_the_filters_narrow_the_list(
    now: datetime, cast: Cast, sign_in: Open, planned: Make, submitted: Make
) -> None:
    made, waiting = submitted(people_in=1), planned()
    classes.submit(by=cast.institution, training_class=waiting, now=now)
    classes.send_back(by=cast.district, training_class=waiting, reason="改", now=now)
    browser = sign_in(cast.district)
    expected = ["待我办 1", "我办过的 1", "等别人办 1"]
    assert tabs(browser.get(reverse("desk"))) == expected
    assert tabs(browser.get(reverse("desk_handled"))) == expected
    assert tabs(browser.get(reverse("desk_elsewhere"), {"q": made.number})) == expected
    assert "已退回" in rows(browser.get(reverse("desk_handled")))[0]
    assert "等机构修改后再交" in rows(browser.get(reverse("desk_elsewhere")))[0]
    assert rows(browser.get(reverse("desk_elsewhere"), {"q": made.number})) == []
    assert "没有这样的事" in words(browser.get(reverse("desk_handled"), {"district": "laishan"}))


def test_what_waits_for_a_reviewer_tells_the_institution_how_long_it_may_take(
    now: datetime, cast: Cast, sign_in: Open, planned: Make
) -> None:
    classes.submit(by=cast.institution, training_class=planned(), now=now)
    assert (
        "等区市审核 2026 年 9 月 14 日 9:00 还剩 3 个工作日"
        in rows(sign_in(cast.institution).get(reverse("desk_elsewhere")))[0]
    )


def test_those_who_only_read_have_no_tabs(cast: Cast, sign_in: Open) -> None:
    assert tabs(sign_in(cast.auditor).get(reverse("desk"))) == []


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "statements"), [("desk_handled", 10), ("desk_elsewhere", 12)])
def test_a_tab_takes_the_same_statements_for_one_row_and_for_three(
    page: str, statements: int, number: int, now: datetime, cast: Cast, sign_in: Open, planned: Make
) -> None:
    for _ in range(number):
        made = planned()
        classes.submit(by=cast.institution, training_class=made, now=now)
    browser = sign_in(cast.institution)
    browser.get(reverse(page))
    with CaptureQueriesContext(connection) as spent:
        response = browser.get(reverse(page))
    assert len(rows(response)) == number
    assert len(spent) == statements
