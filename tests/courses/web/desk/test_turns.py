"""Whose turn it is: each open step stands under 待我办 of those who may take it and under 等别人办 of the others."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import (
    certificates,
    classes,
    completion,
    enrolment,
    erasure,
    exports,
    groups,
    institutions,
    merging,
    rulebook,
    scores,
    seating,
    selection,
    turns,
)
from courses.completion import revoking, sampling, undercut
from courses.models import (
    Completion,
    DocumentKind,
    InstitutionEvent,
    MonthClose,
    Registration,
    SampleLine,
    TrainingClass,
    Undercut,
    User,
    YearClose,
)
from courses.people import corrections, posts
from courses.people.posts import Appointment
from courses.turns import Of, Turn
from courses.web.desk import queue
from tests.courses.web.desk.conftest import Cast, Open, propose_all, soup, words
from tests.factories import cards, catalogue, people
from tests.factories import groups as bookings
from tests.factories.classes import enrolled, training_class
from tests.factories.institutions import filled
from tests.factories.selection import camp, candidate, scored

pytestmark = pytest.mark.django_db
Make = Callable[..., TrainingClass]
CITY = (Of.MERGE, Of.CORRECTION, Of.ERASURE, Of.RULE, Of.MONTH, Of.YEAR, Of.SAMPLE, Of.EXPORT, Of.STAFF)


def waits_for_others(user: User, now: datetime) -> set[tuple[str, str, int]]:
    numbers = dict(TrainingClass.objects.values_list("pk", "number"))
    files = dict(Registration.objects.values_list("pk", "institution__number"))
    return {
        (
            "city" if turn in turns.OF_CITY else (files if turn == Turn.REGISTRATION_REVIEW else numbers)[pk],
            turn,
            many,
        )
        for pk, turn, many, _since in turns.elsewhere(user=user, now=now)
    }


def waits_for(user: User, now: datetime) -> set[tuple[str, str]]:
    return (
        {
            (found.number, turn)
            for turn in turns.kinds_for(user=user, now=now)
            for found in turns.mine(turn=turn, user=user, now=now)
        }
        | {
            (found.institution.number, turn)
            for turn in turns.OF_REGISTRATIONS
            if turn in turns.kinds_for(user=user, now=now)
            for found in turns.my_registrations(user=user, now=now, turn=turn)
        }
        | {
            ("city", turn)
            for turn in turns.kinds_for(user=user, now=now)
            if turn in turns.OF_CITY and turns.my_matters(turn=turn, user=user).exists()
        }
    )


def handled(user: User, now: datetime) -> list[tuple[str, str, int]]:
    numbers = dict(TrainingClass.objects.values_list("pk", "number"))
    files = dict(InstitutionEvent.objects.values_list("pk", "institution__number"))
    return [
        (of if of in CITY else (files if of == Of.REGISTRATION else numbers)[pk], status, many)
        for pk, status, many, _at, of in turns.handled(user=user, now=now)
    ]


def rows(response: object) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in soup(response).select(".queue tbody tr")]


def beside(browser: Client, *lists: str) -> dict[str, str]:
    """The numbers of these lists, as a page asks for them."""
    counts: dict[str, str] = browser.get(reverse("desk_counts"), {"of": lists}).json()
    return counts


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


def test_a_registration_sent_back_waits_for_its_institution(
    now: datetime, cast: Cast, handed_in: Registration, sign_in: Open
) -> None:
    institutions.send_back(by=cast.district, registration=handed_in, reason="证书过期", now=now)
    assert waits_for(cast.institution, now) == {("J001", Turn.REGISTRATION_MEND)}
    assert (waits_for(cast.district, now), turns.count_mine(user=cast.institution, now=now)) == (set(), 1)
    (row,) = rows(sign_in(cast.institution).get(reverse("desk")))
    assert "已退回，待改" in row


def test_applications_free_seats_and_no_shows_wait_for_the_institution(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    reviewed = training_class(now=now, mode=TrainingClass.Mode.REVIEWED, seats=1)
    for _ in range(2):
        enrolled(training_class=reviewed, now=now)
    full = training_class(now=now, seats=1, first=now + timedelta(days=1), lessons=3)
    first, _waits = (enrolled(training_class=full, now=now) for _ in range(2))
    assert waits_for(cast.institution, now) == {(reviewed.number, Turn.APPLICATION_REVIEW)}
    later = now + timedelta(days=2, hours=4)
    assert waits_for(cast.institution, later) == {
        (reviewed.number, Turn.APPLICATION_REVIEW),
        (full.number, Turn.NO_SHOW),
    }
    enrolment.withdraw(by=cast.institution, enrolment=first, reason="来不了", now=later)
    assert waits_for(cast.institution, later) == {
        (reviewed.number, Turn.APPLICATION_REVIEW),
        (full.number, Turn.CALL_IN),
    }
    assert waits_for_others(cast.district, later) == {
        (reviewed.number, Turn.APPLICATION_REVIEW, 0),
        (full.number, Turn.CALL_IN, 0),
    }
    assert turns.count_mine(user=cast.institution, now=later) == 2
    with time_machine.travel(later, tick=False):
        said = " ".join(rows(sign_in(cast.institution).get(reverse("desk"))))
    assert "1 份报名待审核" in said
    assert "1 人在候补，有空位" in said


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
    assert tabs(page) == ["待我办 1", "我办过的", "等别人办"]
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


def test_who_asked_for_a_change_and_who_decided_on_it_find_it_among_what_they_handled(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=9))
    lesson = made.lessons.order_by("number")[0]
    moved = classes.ask_change(
        by=cast.institution, lesson=lesson, starts_at=lesson.starts_at, ends_at=lesson.ends_at, room="305 教室",
        trainer=lesson.trainer, reason="教室检修", now=now,
    )  # fmt: skip
    classes.decide_change(by=cast.district, request=moved, grant=True, answer="", now=now)
    dropped = classes.ask_cancel(by=cast.institution, lesson=lesson, reason="停电", now=now)
    classes.decide_change(by=cast.district, request=dropped, grant=False, answer="与考试冲突", now=now)
    assert handled(cast.institution, now) == [(made.number, "asked", 0)]
    assert sorted(handled(cast.district, now)) == [(made.number, "granted", 0), (made.number, "refused", 0)]
    page = sign_in(cast.district).get(reverse("desk_handled"))
    assert sorted(("已同意" in row, "未同意" in row, row.startswith("变更")) for row in rows(page)) == [
        (False, True, True),
        (True, False, True),
    ]
    links = {link["href"] for link in soup(page).select(".queue-what a")}
    assert links == {reverse("desk_changes", args=[made.number])}


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
    assert tabs(browser.get(reverse("desk"))) == ["待我办 1", "我办过的", "等别人办"]
    assert tabs(browser.get(reverse("desk_handled"))) == ["待我办", "我办过的 1", "等别人办"]
    assert tabs(browser.get(reverse("desk_elsewhere"))) == ["待我办", "我办过的", "等别人办 1"]
    assert tabs(browser.get(reverse("desk_elsewhere"), {"q": made.number})) == ["待我办", "我办过的", "等别人办"]
    assert beside(browser, "desk", "desk_handled", "desk_elsewhere") == {
        "desk": "1",
        "desk_handled": "1",
        "desk_elsewhere": "1",
    }
    assert "已退回" in rows(browser.get(reverse("desk_handled")))[0]
    assert "等机构修改后再交" in rows(browser.get(reverse("desk_elsewhere")))[0]
    assert rows(browser.get(reverse("desk_elsewhere"), {"q": made.number})) == []
    assert "没有这样的事" in words(browser.get(reverse("desk_handled"), {"district": "laishan"}))


def test_a_list_that_is_not_open_is_counted_after_the_page_to_99_and_no_further(
    now: datetime, cast: Cast, sign_in: Open, planned: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert queue.COUNT_MOST == 99
    monkeypatch.setattr(queue, "COUNT_MOST", 2)
    browser = sign_in(cast.institution)

    def shown() -> dict[str, str]:
        classes.submit(by=cast.institution, training_class=planned(), now=now)
        return beside(browser, "desk_handled", "desk_elsewhere", "desk_classes")

    assert shown() == {"desk_handled": "1", "desk_elsewhere": "1"}
    assert shown() == {"desk_handled": "2", "desk_elsewhere": "2"}
    assert shown() == {"desk_handled": "2+", "desk_elsewhere": "2+"}
    assert tabs(browser.get(reverse("desk_handled")))[1] == "我办过的 3"
    assert beside(browser, "desk_elsewhere") == {"desk_elsewhere": "2+"}


def test_what_waits_for_a_reviewer_tells_the_institution_how_long_it_may_take(
    now: datetime, cast: Cast, sign_in: Open, planned: Make
) -> None:
    classes.submit(by=cast.institution, training_class=planned(), now=now)
    assert (
        "等区市审核 2026 年 9 月 14 日 9:00 还剩 3 个工作日"
        in rows(sign_in(cast.institution).get(reverse("desk_elsewhere")))[0]
    )


def test_an_application_is_due_by_the_day_that_its_learner_was_told(now: datetime, cast: Cast, sign_in: Open) -> None:
    reviewed = training_class(now=now, mode=TrainingClass.Mode.REVIEWED, first=now + timedelta(days=9))
    enrolled(training_class=reviewed, now=now)
    (row,) = rows(sign_in(cast.institution).get(reverse("desk")))
    assert ("1 份报名待审核" in row, "还剩 3 个工作日" in row) == (True, True)


def test_those_who_only_read_have_no_tabs(cast: Cast, sign_in: Open) -> None:
    assert tabs(sign_in(cast.auditor).get(reverse("desk"))) == []


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "statements"), [("desk_handled", 6), ("desk_elsewhere", 8)])
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


@pytest.fixture
def approved(now: datetime, cast: Cast, submitted: Make) -> Completion:
    """Approved by the district's officer of the cast."""
    submitted(people_in=1)
    done = Completion.objects.get()
    completion.approve(by=cast.district, completion=done, now=now)
    return done


@pytest.fixture
def colleague(now: datetime, cast: Cast) -> User:
    """A second officer of the same district."""
    district = cast.district.posts.get().district
    return people.staff(role="district", now=now - timedelta(days=99), district=district, name="孙二")


def test_a_revocation_waits_for_whoever_neither_proposed_nor_approved(
    now: datetime, cast: Cast, colleague: User, approved: Completion
) -> None:
    number = approved.enrolment.training_class.number
    turn = (number, Turn.REVOCATION_REVIEW)
    made = revoking.propose_revocation(by=colleague, completion=approved, reason="冒名", now=now)
    assert turn in waits_for(cast.city, now)
    assert not {turn} & (waits_for(colleague, now) | waits_for(cast.district, now))
    assert {(*turn, 0)} <= waits_for_others(colleague, now) & waits_for_others(cast.institution, now)
    assert (number, "asked", 1) in handled(colleague, now)
    revoking.drop_revocation(by=cast.city, revocation=made, reason="查无实据", now=now)
    assert turn not in waits_for(cast.city, now)
    assert (number, "dropped", 1) in handled(cast.city, now)


def test_a_certificate_to_be_withdrawn_waits_for_a_second_person(
    now: datetime, cast: Cast, approved: Completion
) -> None:
    number = approved.enrolment.training_class.number
    made = certificates.issue(by=cast.city, completion=approved, now=now)
    asked = certificates.ask(by=cast.city, certificate=made, kind="revoke", reason="姓名更正", now=now)
    turn = (number, Turn.CERTIFICATE_REVIEW)
    assert turn in waits_for(cast.district, now)
    assert turn not in waits_for(cast.city, now)
    assert (*turn, 0) in waits_for_others(cast.city, now)
    certificates.agree(by=cast.district, withdrawal=asked, now=now)
    assert turn not in waits_for(cast.district, now)
    assert [(number, "done", 1) in handled(cast.district, now), (number, "asked", 1) in handled(cast.city, now)] == [
        True,
        True,
    ]


def test_a_change_of_a_score_and_what_it_undercuts_wait_for_the_district(
    now: datetime, cast: Cast, colleague: User, approved: Completion
) -> None:
    own = approved.enrolment
    number = own.training_class.number
    [asked] = scores.record(by=cast.institution, enrolment=own, points={"total": 300}, reason="漏扣", now=now)
    assert (number, Turn.SCORE_REVIEW) in waits_for(cast.district, now)
    assert (number, Turn.SCORE_REVIEW, 0) in waits_for_others(cast.institution, now)
    scores.decide(by=cast.district, score=asked, agree=True, now=now)
    assert (number, "held", 1) in handled(cast.district, now)
    assert (number, "asked", 1) in handled(cast.institution, now)
    found = Undercut.objects.create(
        number="Y1", completion=approved, approved_by=cast.district, lost=[], rows=[], found_at=now
    )
    assert (number, Turn.UNDERCUT_REVIEW) in waits_for(cast.district, now) & waits_for(colleague, now)
    undercut.keep(by=colleague, undercut=found, note="不影响", now=now)
    assert (number, Turn.UNDERCUT_REVIEW) not in waits_for(colleague, now)
    assert (number, "kept", 1) in handled(colleague, now)


def test_an_approved_completion_waits_for_its_certificate_with_the_institution_unless_it_is_in_question(
    now: datetime, cast: Cast, colleague: User, approved: Completion
) -> None:
    number = approved.enrolment.training_class.number
    turn = (number, Turn.CERTIFICATE_ISSUE)
    assert waits_for(cast.institution, now) == {turn}
    assert turn not in waits_for(cast.city, now) | waits_for(cast.district, now)
    assert (*turn, 0) in waits_for_others(cast.district, now)
    asked = revoking.propose_revocation(by=colleague, completion=approved, reason="冒名", now=now)
    assert waits_for(cast.institution, now) == set()
    revoking.drop_revocation(by=cast.city, revocation=asked, reason="查无实据", now=now)
    assert waits_for(cast.institution, now) == {turn}
    certificates.issue(by=cast.institution, completion=approved, now=now)
    assert waits_for(cast.institution, now) == set()


def test_a_booking_waits_for_its_list_with_the_institution_of_the_class(now: datetime, cast: Cast) -> None:
    made = training_class(now=now - timedelta(days=30), first=now + timedelta(days=10), trainers=[cast.trainer])
    asked = bookings.booking(training_class=made, now=now, by=cast.district)
    turn = (made.number, Turn.GROUP_LIST)
    assert turn in waits_for(cast.institution, now)
    assert (*turn, 0) in waits_for_others(cast.district, now)
    groups.drop(by=cast.district, booking=asked, now=now)
    assert turn not in waits_for(cast.institution, now)


def test_a_booking_waits_for_nobody_while_its_class_is_suspended_nor_once_it_is_cancelled(
    now: datetime, cast: Cast
) -> None:
    made = training_class(now=now - timedelta(days=30), first=now + timedelta(days=10), trainers=[cast.trainer])
    bookings.booking(training_class=made, now=now, by=cast.district)
    turn = (made.number, Turn.GROUP_LIST)

    def waits() -> list[bool]:
        return [turn in waits_for(cast.institution, now), (*turn, 0) in waits_for_others(cast.district, now)]

    of = TrainingClass.Status
    for to, expected in ((of.SUSPENDED, False), (of.ENROLLING, True), (of.CANCELLED, False)):
        made.refresh_from_db()
        seating.advance(by=cast.district, training_class=made, to=to, now=now, reason="场地停用")
        assert waits() == [expected] * 2


def test_a_card_waits_for_an_officer_of_the_city_who_did_not_propose_it(
    now: datetime, cast: Cast, approved: Completion
) -> None:
    second = people.staff(role="city", now=now - timedelta(days=99), name="周二")
    cards.proposed(training_class=approved.enrolment.training_class, now=now, by=cast.city)
    turn = ("city", Turn.CARD_REVIEW)
    assert turn in waits_for(second, now)
    assert turn not in waits_for(cast.city, now) | waits_for(cast.district, now) | waits_for(cast.institution, now)


def test_each_matter_of_the_city_waits_for_its_officers_and_not_for_who_began_it(
    now: datetime, cast: Cast, approved: Completion
) -> None:
    second = people.staff(role="city", now=now - timedelta(days=99), name="周二")
    kept, merged = people.learner(now=now), people.learner(now=now)
    proposal = merging.propose_merge(by=cast.city, kept=kept, merged=merged, reason="核对", now=now)
    correction = corrections.ask_name(
        learner=kept, name="于桂芳", seen=DocumentKind.objects.get(key="resident"), reason="核对", by=cast.city, now=now
    )
    asked = erasure.ask_at_counter(learner=people.learner(now=now), by=cast.city, note="持证", now=now)
    rule = rulebook.propose_policy(
        by=cast.city, effective_on=now.date(), values={"pass_mark": 70}, reason="会议", source="文件", now=now
    )
    drawn = sampling.draw(by=cast.city, year=2026, month=9, district=None, now=now)
    close = MonthClose.objects.create(
        year=2026, month=8, cut_off=now.date(), snapshot={}, root="0" * 64, proposed_by=cast.city, proposed_at=now
    )
    year = YearClose.objects.create(
        year=2025, cut_off=now.date(), snapshot={}, root="0" * 64, proposed_by=cast.city, proposed_at=now
    )
    wanted = exports.Wanted("a", "xlsx", {"class": approved.enrolment.training_class.number}, full=True, purpose="核对")
    exported = exports.take(by=cast.city, wanted=wanted, now=now).export
    wanted_post = Appointment("newcomer", "新人", "city")
    staff = posts.appoint(by=cast.city, wanted=wanted_post, now=now).request
    assert staff is not None
    own = {("city", turn) for turn in turns.OF_CITY if turn not in (Turn.ERASURE_TELL, *turns.OF_CARDS)}
    assert waits_for(second, now) >= own
    assert waits_for(cast.city, now) & own == {("city", Turn.SAMPLE_CHECK)}
    assert {row for row in waits_for_others(cast.city, now) if row[0] == "city"} == {
        ("city", Turn.MERGE_REVIEW, 0),
        ("city", Turn.CORRECTION_REVIEW, 0),
        ("city", Turn.ERASURE_REVIEW, 0),
        ("city", Turn.RULE_REVIEW, 0),
        ("city", Turn.MONTH_CLOSE, 0),
        ("city", Turn.YEAR_CLOSE, 0),
        ("city", Turn.EXPORT_REVIEW, 0),
        ("city", Turn.STAFF_REVIEW, 0),
    }
    assert not own & (waits_for(cast.district, now) | waits_for(cast.institution, now))
    assert turns.count_mine(user=second, now=now) == len(waits_for(second, now))
    merging.drop_merge(by=second, proposal=proposal, now=now)
    corrections.drop(correction=correction, answer="证件与登记的一致", by=second, now=now)
    erasure.refuse(request=asked, by=second, reason="不是本人", now=now)
    rulebook.send_back(by=second, proposal=rule, answer="再议", now=now)
    sampling.note(by=second, line=drawn.lines.get(), result=SampleLine.Result.OK, text="", now=now)
    exports.agree(by=second, export=exported, now=now)
    posts.drop(by=second, request=staff, now=now)
    for row in (close, year):
        type(row).objects.filter(pk=row.pk).update(closed_by=second, closed_at=now)
    assert not own & waits_for(second, now)
    assert sorted(handled(second, now)) == [
        (Of.CORRECTION, "dropped", 0), (Of.ERASURE, "refused", 0), (Of.EXPORT, "agreed", 0), (Of.MERGE, "dropped", 0),
        (Of.MONTH, "closed", 0),
        (Of.RULE, "returned", 0), (Of.SAMPLE, "checked", 0), (Of.STAFF, "dropped", 0), (Of.YEAR, "closed", 0),
    ]  # fmt: skip
    assert {(of, status) for of, status, _many in handled(cast.city, now)} == {
        (Of.CORRECTION, "asked"), (Of.ERASURE, "received"), (Of.MERGE, "asked"), (Of.MONTH, "asked"),
        (Of.YEAR, "asked"), (Of.SAMPLE, "drawn"), (Of.EXPORT, "asked"), (Of.RULE, "asked"), (Of.STAFF, "asked"),
    }  # fmt: skip


def test_the_pages_show_them_with_their_way_in(now: datetime, cast: Cast, sign_in: Open, approved: Completion) -> None:
    [to_issue] = soup(sign_in(cast.institution).get(reverse("desk"))).select(".queue tbody tr")
    assert "1 张证书待发" in to_issue.get_text()
    certified = reverse("desk_certificates", args=[approved.enrolment.training_class.number])
    assert to_issue.select("a")[-1]["href"] == certified
    revoking.propose_revocation(by=people.user(name="某人"), completion=approved, reason="冒名", now=now)
    sampling.draw(by=cast.city, year=2026, month=9, district=None, now=now)
    wanted = exports.Wanted("a", "xlsx", {"class": approved.enrolment.training_class.number}, full=True, purpose="核对")
    asked = exports.take(by=people.staff(role="city", now=now - timedelta(days=9)), wanted=wanted, now=now).export
    page = sign_in(cast.city).get(reverse("desk"))
    found = {row.select("td b")[0].get_text(): row for row in soup(page).select(".queue tbody tr")}
    assert {"撤销", "抽查", "导出"} <= set(found)
    assert found["导出"].select("a")[-1]["href"] == reverse("desk_export", args=[asked.number])
    assert found["撤销"].select("a")[-1]["href"] == reverse("desk_revocations")
    assert "全市" in found["抽查"].get_text()
    shown = rows(sign_in(cast.city).get(reverse("desk_handled")))
    assert any("抽查" in row and "已抽取" in row for row in shown)
    narrowed = rows(sign_in(cast.city).get(reverse("desk"), {"district": "zhifu"}))
    assert [row.split()[0] for row in narrowed] == ["撤销"]
