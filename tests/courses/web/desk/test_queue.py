"""The queue: what waits, how late it is, what may be chosen together; and that an approval does what it foretold."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import classes, completion
from courses.models import ApprovalBatch, AuditEvent, Completion, CountEntry, Signal, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, attend, propose_all, soup, words
from tests.courses.web.desk.test_exports import opened
from tests.factories import cards, catalogue
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Submitted = Callable[..., TrainingClass]


def rows(response: object) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in soup(response).select(".queue tbody tr")]


def choosable(response: object) -> list[str]:
    return [box["value"] for box in soup(response).select(".queue input[name=class]:not([disabled])")]


def test_the_nearest_deadline_stands_first_and_says_how_near_in_working_days(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    """Handed in on Wednesday, Thursday and Friday, looked at on Monday: three working days to decide."""
    for days in (3, 5, 4):
        made = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
        classes.submit(by=cast.institution, training_class=made, now=now - timedelta(days=days))
    found = rows(sign_in(cast.district).get(reverse("desk")))
    assert [
        next(said for said in ("今天到期", "还剩 1 个工作日", "还剩 2 个工作日") if said in row) for row in found
    ] == [
        "今天到期",
        "还剩 1 个工作日",
        "还剩 2 个工作日",
    ]


def test_a_deadline_that_has_passed_is_counted_in_working_days(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=made, now=now - timedelta(days=7))
    assert "超期 2 个工作日" in rows(sign_in(cast.district).get(reverse("desk")))[0]


@pytest.mark.parametrize("number", [1, 3])
def test_the_queue_takes_the_same_statements_for_one_row_and_for_three(
    number: int, now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    for _ in range(number):
        submitted(people_in=1)
        waiting = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
        classes.submit(by=cast.institution, training_class=waiting, now=now)
    browser = sign_in(cast.district)
    browser.get(reverse("desk"))
    with CaptureQueriesContext(connection) as spent:
        response = browser.get(reverse("desk"))
    assert len(rows(response)) == 2 * number
    assert len(spent) == 45


def test_only_the_districts_that_somebody_sees_are_offered_and_a_column_to_choose_in_only_where_something_is_chosen(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    submitted(people_in=1)
    catalogue.district("laishan", "莱山区", "370613")
    training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    page = soup(sign_in(cast.district).get(reverse("desk")))
    assert (page.select("#district"), len(page.select("th.pick"))) == ([], 1)
    assert soup(sign_in(cast.institution).get(reverse("desk"))).select(".pick") == []
    away = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    island = catalogue.district("changdao", "长岛", "370614")
    TrainingClass.objects.filter(pk=away.pk).update(district=island)
    offered = soup(sign_in(cast.city).get(reverse("desk"))).select("#district option")
    assert {option["value"] for option in offered} == {"", "zhifu", "changdao"}


def test_completions_that_passed_every_check_may_be_chosen_and_others_say_why_not(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    good, red = submitted(people_in=2), submitted(people_in=1)
    cards.shown(training_class=red, on=now.date(), now=now)
    response = sign_in(cast.district).get(reverse("desk"))
    assert choosable(response) == [good.number]
    assert any(red.number in row and "班次有红牌，批准后不计数" in row for row in rows(response))
    assert "1 件可以一起批，共 2 人次" in words(response)


def test_what_one_handled_oneself_cannot_be_chosen_and_says_so(
    now: datetime, cast: Cast, sign_in: Open, finished: Submitted
) -> None:
    made = finished(people_in=1)
    propose_all(made, by=cast.district, now=now)
    completion.submit_all(by=cast.institution, training_class=made, now=now)
    response = sign_in(cast.district).get(reverse("desk"))
    assert choosable(response) == []
    assert "本人经手，须他人审核" in rows(response)[0]


def test_an_institution_finds_what_it_has_to_hand_in(
    now: datetime, cast: Cast, sign_in: Open, finished: Submitted
) -> None:
    made = finished(people_in=2)
    propose_all(made, by=cast.trainer, now=now)
    response = sign_in(cast.institution).get(reverse("desk") + "?kind=completion_submit")
    assert [made.number in row for row in rows(response)] == [True]
    assert soup(response).select_one("#kind [selected]").get_text() == "结业待提交"  # type: ignore[union-attr]


def test_those_who_only_read_are_led_to_the_tally(cast: Cast, sign_in: Open) -> None:
    assert "您的岗位只读" in words(sign_in(cast.auditor).get(reverse("desk")))


def figures(response: object) -> list[str]:
    return [figure.get_text() for figure in soup(response).select(".outlook-figures b")]


def test_an_approval_does_exactly_what_its_outlook_said(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted, finished: Submitted
) -> None:
    """Two classes for the same claim with one learner in both: four completions, three of them counted."""
    course = catalogue.course()
    first = submitted(people_in=2, course=course)
    second = finished(
        people_in=1, course=course, first=now - timedelta(days=5, hours=-5), policy=catalogue.second_time_policy()
    )
    both = first.enrolments.order_by("arrival_no")[0].learner
    again = enrolled(training_class=second, now=now - timedelta(days=12), learner=both)
    for lesson in second.lessons.all():
        attend(again, lesson)
    propose_all(second, by=cast.trainer, now=now - timedelta(days=2))
    completion.submit_all(by=cast.institution, training_class=second, now=now - timedelta(days=2))

    browser = sign_in(cast.district)
    outlook = browser.get(reverse("desk_approve"), {"class": [first.number, second.number]})
    assert figures(outlook) == ["2", "4", "3"]
    assert "同一人同一模块或同一职业等级已计过一次" in words(outlook)

    shown = [field["value"] for field in soup(outlook).select("input[name=completion]")]
    answer = browser.post(reverse("desk_approve_done"), {"completion": shown}, follow=True)
    assert "已批准，还可撤回" in words(answer)
    assert not CountEntry.objects.exists()
    settled = browser.post(reverse("desk_batch_settle", args=[ApprovalBatch.objects.get().number]), follow=True)
    assert words(settled).count("计入 1 人次") == 3
    assert Completion.objects.filter(status=Completion.Status.APPROVED).count() == 4
    assert CountEntry.objects.count() == 3
    assert Completion.objects.exclude(not_counted="").count() == 1


def test_the_outlook_alone_approves_nothing(cast: Cast, sign_in: Open, submitted: Submitted) -> None:
    made = submitted(people_in=1)
    sign_in(cast.district).get(reverse("desk_approve"), {"class": made.number})
    assert set(Completion.objects.values_list("status", flat=True)) == {"submitted"}


def test_what_one_handled_oneself_is_refused_with_its_sentence_even_when_posted(
    now: datetime, cast: Cast, sign_in: Open, finished: Submitted
) -> None:
    made = finished(people_in=1)
    proposed = propose_all(made, by=cast.district, now=now)
    completion.submit_all(by=cast.institution, training_class=made, now=now)
    browser = sign_in(cast.district)
    outlook = browser.get(reverse("desk_approve"), {"class": made.number})
    assert figures(outlook) == ["1", "0", "0"]
    answer = browser.post(reverse("desk_approve_done"), {"completion": [proposed[0].number]}, follow=True)
    assert "本人经手，须他人审核，未批准。" in words(answer)
    assert Completion.objects.get().status == Completion.Status.SUBMITTED
    assert not CountEntry.objects.exists()


def test_the_queue_is_narrowed_by_a_word_and_by_the_result_of_the_checks(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    made = submitted(people_in=1)
    waiting = training_class(now=now, approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=waiting, now=now)
    browser = sign_in(cast.city)
    assert [made.number in row for row in rows(browser.get(reverse("desk"), {"q": made.number}))] == [True]
    assert [waiting.number in row for row in rows(browser.get(reverse("desk"), {"check": "open"}))] == [True]
    assert rows(browser.get(reverse("desk"), {"district": "laishan"})) == []


def test_who_waits_for_a_look_is_told_before_the_approval_and_led_to_the_signals(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    made = submitted(people_in=2)
    named = Completion.objects.filter(enrolment__training_class=made).order_by("number")[0]
    Signal.objects.create(
        code="S1", lesson=made.lessons.latest("starts_at"), kind="one_sided",
        figures={"people": 1, "came": 2, "from": 2},
        rows=[{"learner": named.enrolment.learner.number, "own": 6, "staff": 0}], at=now,
    )  # fmt: skip
    page = sign_in(cast.district).get(reverse("desk_approve"), {"class": made.number})
    assert "只有一方的凭据" in words(page)
    assert soup(page).select_one(f'a[href="{reverse("desk_signals")}"]:-soup-contains("去待看核对")') is not None
    assert [box["value"] for box in soup(page).select("input[name=completion]")] == [
        row.number for row in Completion.objects.exclude(pk=named.pk)
    ]
    signal = sign_in(cast.district).get(reverse("desk_signal", args=["S1"]))
    assert "本人凭据 6 条，老师 0 位" in words(signal)


def test_the_spreadsheet_of_the_queue_holds_what_the_filters_left_and_nobody_elses(
    now: datetime, cast: Cast, sign_in: Open, submitted: Submitted
) -> None:
    done = submitted(people_in=2)
    waiting = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=waiting, now=now)
    browser = sign_in(cast.district)
    form = soup(browser.get(reverse("desk"), {"kind": "completion_review"})).select_one("form[action*='queue.xlsx']")
    assert form is not None
    header, row = opened(browser.post(str(form["action"])))
    told = dict(zip(header, row, strict=True))
    assert (told["事项"], told["编号"], told["人次"], told["区市"]) == ("结业", done.number, 2, "芝罘区")
    assert "个工作日" in str(told["期限"])
    event = AuditEvent.objects.get(verb="exported")
    assert (event.by_name, event.detail) == ("cast-d", {"what": "queue", "rows": 1})
    assert len(opened(browser.post(reverse("desk_export_queue")))) == 3
    assert opened(sign_in(cast.city).post(reverse("desk_export_queue")))[1:] != []
    assert opened(sign_in(cast.inspector).post(reverse("desk_export_queue")))[1:] == []
    assert sign_in(cast.auditor).post(reverse("desk_export_queue")).status_code == 403
    assert browser.get(reverse("desk_export_queue")).status_code == 405
