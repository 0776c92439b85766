"""报名审核: the list of applications, what admitting several would do, and that exactly that is done."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import enrolment, seating
from courses.models import Enrolment, Institution, Learner, TrainingClass
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import people
from tests.factories.classes import enrolled, training_class
from tests.factories.ledger import counted

pytestmark = pytest.mark.django_db
Status = Enrolment.Status


@pytest.fixture
def reviewed(now: datetime, school: Institution) -> TrainingClass:
    return training_class(now=now, institution=school, seats=3, mode=TrainingClass.Mode.REVIEWED)


def listed(a_class: TrainingClass) -> str:
    return reverse("desk_applications", args=[a_class.number])


def preview(a_class: TrainingClass) -> str:
    return reverse("desk_admit", args=[a_class.number])


def done(a_class: TrainingClass) -> str:
    return reverse("desk_admit_done", args=[a_class.number])


def rows(response: object) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in soup(response).select(".table tbody tr")]


def form(response: object) -> dict[str, list[str]]:
    """What the button of the preview would send."""
    fields = soup(response).select(".outlook-go input[name]")
    sent: dict[str, list[str]] = {}
    for field in fields:
        sent.setdefault(str(field["name"]), []).append(str(field["value"]))
    return sent


def said(response: object) -> list[str]:
    return [str(message) for message in response.context["messages"]]  # type: ignore[attr-defined]


def test_the_list_holds_the_undecided_in_order_of_arrival_without_a_full_name(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    first, second = (enrolled(training_class=reviewed, now=now, name="欧阳知秋") for _ in range(2))
    gone = enrolled(training_class=reviewed, now=now)
    enrolment.refuse(by=cast.institution, enrolment=gone, reason="材料不全", now=now)
    response = sign_in(cast.institution).get(listed(reviewed))
    boxes = soup(response).select("input[name=enrolment]")
    assert [box["value"] for box in boxes] == [first.number, second.number]
    assert {box["form"] for box in boxes} == {"admit"}
    assert "2 份报名待审核" in words(response)
    assert "欧阳知秋" not in words(response)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_statements_for_one_row_and_for_three(
    number: int, now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    for _ in range(number):
        enrolled(training_class=reviewed, now=now)
    browser = sign_in(cast.institution)
    browser.get(listed(reviewed))
    with CaptureQueriesContext(connection) as spent:
        response = browser.get(listed(reviewed))
    assert len(rows(response)) == number
    assert len(spent) == 8


def test_the_queue_and_the_class_lead_to_the_list(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    enrolled(training_class=reviewed, now=now)
    browser = sign_in(cast.institution)
    [row] = soup(browser.get(reverse("desk"))).select(".queue tbody tr")
    assert row.select("a")[-1]["href"] == listed(reviewed)
    assert soup(browser.get(reverse("desk_class", args=[reviewed.number]))).select(f'a[href="{listed(reviewed)}"]')


def test_the_preview_says_who_gets_in_whom_a_rule_keeps_out_who_waits_and_who_is_told(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    fine, blocked, silent = (enrolled(training_class=reviewed, now=now) for _ in range(3))
    enrolled(training_class=reviewed, now=now)
    counted(learner=blocked.learner, key="occupation:chinese-cook:4", now=now)
    Learner.objects.filter(pk=silent.learner_id).update(phone="", user=None)
    chosen = {"enrolment": [row.number for row in (fine, blocked, silent)]}
    response = sign_in(cast.institution).get(preview(reviewed), chosen)
    assert [figure.get_text() for figure in soup(response).select(".outlook-figures b")] == ["2", "1", "1"]
    page = words(response)
    assert "同样的内容已经学完，每人可免费学一次。仍待审核，不发通知。" in page
    assert "录取以后：共 3 席，已录取 2 人，待审核 1 人，空 0 席。" in page
    assert "名额已用完，候补的人继续排队，名次不变，不发通知。" in page
    first, second, third = rows(response)
    assert first.endswith("录取 短信")
    assert "不能录取 同样的内容已经学完" in second
    assert third.endswith("录取 请当面告知")
    assert set(Enrolment.objects.exclude(status=Status.WAITLISTED).values_list("status", flat=True)) == {"applied"}


def test_confirmed_it_does_exactly_what_the_preview_said_and_says_so_of_each(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    fine, blocked, silent = (enrolled(training_class=reviewed, now=now) for _ in range(3))
    counted(learner=blocked.learner, key="occupation:chinese-cook:4", now=now)
    Learner.objects.filter(pk=silent.learner_id).update(phone="", user=None)
    browser = sign_in(cast.institution)
    shown = browser.get(preview(reviewed), {"enrolment": [row.number for row in (fine, blocked, silent)]})
    answer = browser.post(done(reviewed), form(shown), follow=True)
    assert said(answer) == [
        "已录取 2 人，通知 1 人。",
        "序号 3 没有手机号，收不到通知，请当面告知。名单在「待我办」。",
        "序号 2 没有录取：同样的内容已经学完，每人可免费学一次。",
    ]
    assert answer.redirect_chain == [(listed(reviewed), 302)]
    admitted = Enrolment.objects.filter(status=Status.ADMITTED, decided_by=cast.institution)
    assert set(admitted) == {fine, silent}


def test_a_preview_that_is_no_longer_true_is_refused_as_a_whole(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    first, second = (enrolled(training_class=reviewed, now=now) for _ in range(2))
    browser = sign_in(cast.institution)
    shown = browser.get(preview(reviewed), {"enrolment": [first.number, second.number]})
    enrolment.withdraw(by=second.learner.user, enrolment=second, reason="", now=now)  # type: ignore[arg-type]
    answer = browser.post(done(reviewed), form(shown), follow=True)
    assert said(answer) == ["看后果以后情况有变，一个也没有录取。请重新勾选，再看一次后果。"]
    again = browser.get(preview(reviewed), {"enrolment": [first.number, second.number]})
    assert "已经办过，不再办理" in words(again)
    assert Enrolment.objects.get(pk=first.pk).status == Status.APPLIED


def test_without_a_tick_and_without_an_application_the_pages_say_what_to_do(
    reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    browser = sign_in(cast.institution)
    assert "没有待审核的报名" in words(browser.get(listed(reviewed)))
    assert "没有勾选，或勾选的已经办过。" in words(browser.get(preview(reviewed)))
    assert said(browser.post(done(reviewed), follow=True)) == ["没有可录取的报名，未办理。请先勾选要录取的人。"]


def test_whom_it_turns_down_one_by_one_and_comes_back_to_the_list(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=reviewed, now=now)
    address = reverse("desk_enrolment_decide", args=[reviewed.number, row.number])
    sent = {"decision": "refuse", "reason": "材料不全", "listed": "1"}
    answer = sign_in(cast.institution).post(address, sent)
    assert answer.headers["Location"] == listed(reviewed)
    assert Enrolment.objects.get().status == Status.REFUSED


def test_an_application_of_another_class_is_neither_shown_nor_admitted(
    now: datetime, reviewed: TrainingClass, school: Institution, cast: Cast, sign_in: Open
) -> None:
    other = training_class(now=now, institution=school, mode=TrainingClass.Mode.REVIEWED)
    row = enrolled(training_class=other, now=now)
    browser = sign_in(cast.institution)
    assert rows(browser.get(preview(reviewed), {"enrolment": [row.number]})) == []
    seal = enrolment.foresee(by=people.user(), enrolments=[row], now=now).seal
    browser.post(done(reviewed), {"enrolment": [row.number], "seal": seal})
    assert Enrolment.objects.get().status == Status.APPLIED


def test_only_who_runs_the_class_may_open_it(now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open) -> None:
    row = enrolled(training_class=reviewed, now=now, learner=people.learner(now=now))
    for name, user in cast.everybody().items():
        if name == "institution":
            continue
        browser = sign_in(user)
        assert browser.get(listed(reviewed)).status_code == 403
        assert browser.get(preview(reviewed), {"enrolment": row.number}).status_code == 403
        assert browser.post(done(reviewed), {"enrolment": row.number}).status_code == 403


def test_a_suspended_class_shows_its_applications_on_hold_and_offers_no_admission(
    now: datetime, reviewed: TrainingClass, cast: Cast, sign_in: Open
) -> None:
    row = enrolled(training_class=reviewed, now=now)
    browser = sign_in(cast.institution)
    shown = browser.get(preview(reviewed), {"enrolment": [row.number]})
    seating.advance(
        by=cast.district, training_class=reviewed, to=TrainingClass.Status.SUSPENDED, reason="整改", now=now
    )
    assert not soup(browser.get(reverse("desk"))).select(f'a[href="{listed(reviewed)}"]')
    ahead = words(browser.get(preview(reviewed), {"enrolment": [row.number]}))
    assert "本班暂停，现在不录取，报名和席位都为学员保留。" in ahead
    page = browser.get(listed(reviewed))
    assert "本班暂停，先不审核" in words(page)
    assert not soup(page).select(".bulk")
    of_class = browser.get(reverse("desk_class", args=[reviewed.number]))
    assert "本班暂停，恢复后再审核。" in words(of_class)
    assert not soup(of_class).select('button[value="admit"]')
    assert said(browser.post(done(reviewed), form(shown), follow=True)) == [
        "看后果以后情况有变，一个也没有录取。请重新勾选，再看一次后果。"
    ]
    decide = reverse("desk_enrolment_decide", args=[reviewed.number, row.number])
    assert said(browser.post(decide, {"decision": "admit"}, follow=True)) == [
        "本班暂停，没有录取，报名和席位都为学员保留。恢复后可以再审核。"
    ]
    row.refresh_from_db()
    assert row.status == "applied"
