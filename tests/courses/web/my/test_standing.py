"""What a learner reads of an enrolment that is over, waits or rests, and of a class that takes nobody any more."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django import forms
from django.test import Client
from django.urls import reverse

from courses import certificates, completion, enrolment, policy, seating, selection
from courses.models import Attendance, Enrolment, EnrolmentDraft, Learner, TrainingClass
from tests.factories import catalogue, people
from tests.factories import selection as selections
from tests.factories.certificates import issued
from tests.factories.classes import enrolled, first_lesson, training_class
from tests.factories.completion import submitted

pytestmark = pytest.mark.django_db
Of = TrainingClass.Status
Mode = TrainingClass.Mode


@pytest.fixture(autouse=True)
def _clock(now: datetime) -> Iterator[None]:
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def learner(client: Client, now: datetime) -> Learner:
    made = people.learner(now=now)
    assert made.user
    client.force_login(made.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def main(client: Client, path: str) -> BeautifulSoup:
    found = BeautifulSoup(client.get(path).content, "lxml").select_one("main")
    assert found is not None
    return found  # type: ignore[return-value]


def receipt(client: Client, own: Enrolment) -> BeautifulSoup:
    return main(client, reverse("my_enrolment", args=[own.number]))


def words(found: BeautifulSoup) -> str:
    return found.get_text(" ", strip=True)


def certificate_of(found: BeautifulSoup) -> str:
    """What the last bead of the path says."""
    return words(found.select(".path > li")[-1])


def move(a_class: TrainingClass, to: Of, now: datetime) -> None:
    seating.advance(by=people.user(), training_class=a_class, to=to, reason="场地停用", now=now)


def begins(a_class: TrainingClass) -> datetime:
    return first_lesson(a_class).starts_at


def join(a_class: TrainingClass, learner: Learner, now: datetime) -> Enrolment:
    return enrolled(training_class=a_class, learner=learner, now=now)


def test_what_is_over_stands_on_ones_own_page_with_its_reason_and_a_way_on(
    client: Client, learner: Learner, now: datetime
) -> None:
    reviewed = training_class(now=now, mode=Mode.REVIEWED)
    refused = join(reviewed, learner, now)
    enrolment.refuse(by=people.user(), enrolment=refused, reason="材料不齐", now=now)
    cancelled = training_class(now=now, course=catalogue.course(name="焊工", level=catalogue.level("3", 4)))
    join(cancelled, learner, now)
    move(cancelled, Of.CANCELLED, now)
    found = main(client, reverse("my"))
    assert "还没有报名" not in words(found)
    section = found.select(".section")[-1]
    assert sorted(row.get_text(" ", strip=True).split(" ")[1] for row in section.select("li")) == [
        "这个班已取消，原因：场地停用",
        "这次没有录取，原因：材料不齐",
    ]
    other = training_class(now=now, course=reviewed.course, first=now + timedelta(days=9))
    onward = [link["href"] for link in receipt(client, refused).select("a[href^='/my/enrol/'], a[href='/courses/']")]
    assert onward == [*(reverse("enrol_start", args=[row.number]) for row in (reviewed, other)), "/courses/"]


def test_who_was_not_reached_reads_that_the_waiting_is_over(client: Client, learner: Learner, now: datetime) -> None:
    a_class = training_class(now=now, seats=1)
    enrolled(training_class=a_class, now=now)
    own = join(a_class, learner, now)
    move(a_class, Of.RUNNING, begins(a_class))
    said = words(receipt(client, own))
    assert "已经开班，这次没有录取" in said
    assert "不用再等" in said
    assert "已排队候补" not in said


def test_who_is_not_admitted_yet_is_not_sent_to_the_classroom(client: Client, learner: Learner, now: datetime) -> None:
    own = join(training_class(now=now, mode=Mode.REVIEWED), learner, now)
    said = words(receipt(client, own))
    assert ("先不用到课" in said, "扫大屏上的码" in said) == (True, False)
    assert "满 " not in words(main(client, reverse("my"))), "no hours are asked of who has no seat yet"


def test_a_suspended_class_asks_nobody_to_come(client: Client, learner: Learner, now: datetime) -> None:
    a_class = training_class(now=now)
    own = join(a_class, learner, now)
    move(a_class, Of.SUSPENDED, now)
    for found in (receipt(client, own), BeautifulSoup(client.get(reverse("my")).content, "lxml")):
        said = words(found)
        assert "班次暂停，您的报名为您保留" in said
        assert not [wrong for wrong in ("报名成功", "去扫码签到", "扫大屏上的码") if wrong in said]


def test_who_is_admitted_while_a_lesson_is_on_is_led_to_the_scan(
    client: Client, learner: Learner, now: datetime
) -> None:
    own = join(training_class(now=now - timedelta(days=3), first=now + timedelta(hours=1)), learner, now)

    def said(at: datetime) -> tuple[str, list[str]]:
        with time_machine.travel(at, tick=False):
            found = receipt(client, own)
        led = [link.get_text(strip=True) for link in found.select(f'a[href="{reverse("scan_help")}"]')]
        return words(found), led

    before, led = said(now)
    assert ("开课当天带手机到教室" in before, "正在上课" in before, led) == (True, False, [])
    on, led = said(now + timedelta(minutes=65))
    assert ("正在上课，10:00–13:00" in on, "开课当天带手机到教室" in on, led) == (True, False, ["去扫码签到"])
    Attendance.objects.create(
        lesson=own.training_class.lessons.get(number=1), learner=learner, status="awaiting", in_at=now, changed_at=now
    )
    there, led = said(now + timedelta(minutes=65))
    assert ("已签到 9:00，下课时再扫一次签退" in there, led) == (True, ["去扫码签退"])
    after, led = said(now + timedelta(hours=5))
    assert ("正在上课" in after, led) == (False, [])


def test_an_accepted_offer_of_a_reviewed_class_is_no_seat_yet(client: Client, learner: Learner, now: datetime) -> None:
    a_class = training_class(now=now, seats=1, mode=Mode.REVIEWED, first=now + timedelta(days=9))
    first = enrolled(training_class=a_class, now=now)
    own = join(a_class, learner, now)
    enrolment.withdraw(by=first.learner.user, enrolment=first, reason="", now=now)
    given = client.post(reverse("my_offer_answer", args=[own.number]), {"decision": "accept"}, follow=True)
    said = given.content.decode()
    assert "已接受，席位为您保留，等培训机构审核。" in said
    assert "席位是您的了" not in said


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (Of.CANCELLED, "这个班已经取消，不能报名。请看看其他班次。"),
        (Of.RUNNING, "这个班已经开班，不再报名。请看看其他班次。"),
        (Of.SUSPENDED, "这个班暂停了，现在不能报名。恢复后可以再报，也可以看看其他班次。"),
        (Of.CLOSED, "这个班已经结束。请看看其他班次。"),
    ],
)
def test_a_class_that_takes_nobody_says_why_and_speaks_of_no_seats(
    client: Client, learner: Learner, now: datetime, status: Of, sentence: str
) -> None:
    a_class = training_class(now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(status=status)
    address = reverse("enrol_start", args=[a_class.number])
    said, pressed = words(main(client, address)), client.post(address)
    assert sentence in said
    assert ("席位" in said, "未保存" in said) == (False, False), "nothing was pressed yet"
    assert (pressed.status_code, "，未保存。" in pressed.content.decode()) == (409, True)


def test_an_answer_that_is_sent_to_a_class_called_off_meanwhile_leads_to_what_became_of_it(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_class = training_class(now=now)
    own = join(a_class, learner, now)
    move(a_class, Of.CANCELLED, now)
    given = client.post(reverse("enrol_step", args=[a_class.number, "contact"]), {"answer": "13800000000"})
    start = reverse("enrol_start", args=[a_class.number])
    assert given.headers["Location"] == start
    assert [link["href"] for link in main(client, start).select("a[href*='/enrolment/']")] == [
        reverse("my_enrolment", args=[own.number])
    ]
    assert not EnrolmentDraft.objects.exists()
    draft = training_class(now=now, approved=False)
    TrainingClass.objects.filter(pk=draft.pk).update(status=Of.CANCELLED)
    assert client.get(reverse("enrol_start", args=[draft.number])).status_code == 404


def test_the_link_of_an_offer_can_be_pressed_among_ones_messages(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_class = training_class(now=now, seats=1, first=now + timedelta(days=9))
    first = enrolled(training_class=a_class, now=now)
    join(a_class, learner, now)
    enrolment.withdraw(by=first.learner.user, enrolment=first, reason="", now=now)
    links = [link["href"] for link in main(client, reverse("my_messages")).select(".rows a")]
    assert len(links) == 1
    assert "/my/offer/" in links[0]


def test_a_form_speaks_of_a_wrong_entry_in_our_own_words() -> None:
    said = forms.Form({"points": "11", "kind": "x"})
    said.fields["points"] = forms.IntegerField(max_value=10)
    said.fields["kind"] = forms.ChoiceField(choices=[("a", "a")])
    assert [str(errors[0]) for errors in said.errors.values()] == ["不能大于 10。", "请从列出的选项里选。"]


def test_an_applicant_of_a_camp_reads_what_is_missing_and_then_what_came_of_it(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_camp = selections.camp(now=now)
    own = selections.candidate(camp=a_camp, learner=learner, pitch=False, now=now)
    asked = main(client, reverse("my"))
    assert "还没有提交项目材料" in words(asked)
    assert asked.select_one(f'a[href="{reverse("my_pitch", args=[own.number])}"]') is not None
    result = selections.proposed(camp=a_camp, now=now)
    selection.confirm(by=people.user(), selection=result, now=now)
    for page in (main(client, reverse("my")), receipt(client, own)):
        assert "评选结果：没有入选" in words(page)
        assert "等待评选" not in words(page)
    assert "没有提交项目材料" in words(receipt(client, own))


def test_who_completed_reads_each_step_and_finds_the_certificate(
    client: Client, learner: Learner, now: datetime
) -> None:
    """The receipt asks for nothing more, and offers no way out of a class that is behind one."""
    done, later = submitted(now=now, learner=learner)
    own = done.enrolment
    with time_machine.travel(later, tick=False):
        assert learner.user is not None
        client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert "机构已提交结业，等区市批准" in words(main(client, reverse("my")))
        approver = people.staff(role="district", now=now, username="approves", district=own.training_class.district)
        completion.approve(by=approver, completion=done, now=later)
        mine = main(client, reverse("my"))
        assert ("已结业" in words(mine), "等老师提出结业" in words(mine), "看我的证书" in words(mine)) == (
            True,
            False,
            False,
        )
        assert certificate_of(mine) == "培训合格证书 已结业，机构发证后在这里领取"
        said = words(receipt(client, own))
        assert ("已结业" in said, "退出这个班" in said, "扫大屏上的码" in said) == (True, False, False)


def test_a_certificate_that_was_issued_is_reached_from_ones_own_page(client: Client, now: datetime) -> None:
    certificate = issued(now=now)
    holder = certificate.completion.enrolment.learner
    client.force_login(holder.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    mine = main(client, reverse("my"))
    day = policy.local_date(certificate.issued_at)
    assert certificate_of(mine) == f"培训合格证书 {day.month}-{day.day} 已发证 看我的证书"
    assert mine.select_one(f'.path-certified a[href="{reverse("my_certificates")}"]') is not None
    assert "结业后在这里领取" not in words(mine)


def test_a_certificate_that_was_taken_back_is_not_offered_as_if_it_were_good(client: Client, now: datetime) -> None:
    certificate = issued(now=now)
    asked = certificates.ask(by=people.user(), certificate=certificate, kind="revoke", reason="姓名有误", now=now)
    certificates.agree(by=people.user(), withdrawal=asked, now=now)
    holder = certificate.completion.enrolment.learner
    client.force_login(holder.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    mine = main(client, reverse("my"))
    assert mine.select_one(".path-certified") is None
    assert "已撤销" in certificate_of(mine)
