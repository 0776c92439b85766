"""What a learner is told before and while they wait: what a seat would cost, who decides and by when, what may still
come of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses import enrolment
from courses.enrolment import Code, EnrolmentRefusal, EnrolmentRefused
from courses.models import Course, Enrolment, Learner, OutboxMessage, TrainingClass
from courses.notices.texts import text_of
from tests.factories import catalogue, people
from tests.factories import selection as selections
from tests.factories.classes import enrolled, first_lesson, training_class

pytestmark = pytest.mark.django_db
Of, Status, Mode = TrainingClass.Status, Enrolment.Status, TrainingClass.Mode
REVIEW = "这个班由培训机构审核录取，3 个工作日内发短信告诉您结果，录取前先不用到课。"
TURN = "有空位时，按报名先后依次发短信请您确认，逾期未确认的，由下一位递补。"
SOON = "快开课了，不再发短信递补。还有空位的，由培训机构按顺序直接联系您；到开课还没有录取的，候补结束。"
TODAY = "这个班今天开课，不再发短信递补。还有空位的，由培训机构今天直接联系您；没有联系的，候补随后结束。"


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as moved:
        yield moved


@pytest.fixture
def learner(client: Client, now: datetime) -> Learner:
    made = people.learner(now=now)
    sign_in(client, made)
    return made


def sign_in(client: Client, learner: Learner) -> None:
    assert learner.user
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")


def page(client: Client, path: str) -> BeautifulSoup:
    found = BeautifulSoup(client.get(path).content, "lxml").select_one("main")
    assert found is not None
    return found  # type: ignore[return-value]


def words(found: BeautifulSoup) -> str:
    return found.get_text(" ", strip=True)


def start(a_class: TrainingClass) -> str:
    return reverse("enrol_start", args=[a_class.number])


def receipt(own: Enrolment) -> str:
    return reverse("my_enrolment", args=[own.number])


def course(name: str) -> Course:
    return catalogue.course(name=name, level=catalogue.level("3", 4))


def full_class(now: datetime, name: str) -> TrainingClass:
    made = training_class(now=now, seats=1, course=course(name), first=now + timedelta(days=9))
    enrolled(training_class=made, now=now)
    return made


def told(kind: str, learner: Learner) -> str:
    message = OutboxMessage.objects.get(kind=kind, learner=learner)
    return text_of(kind=kind, params=message.params, language="zh-hans")


def test_who_waits_elsewhere_at_the_same_time_reads_where_and_says_yes_first(
    client: Client, learner: Learner, now: datetime
) -> None:
    first = full_class(now, "焊工")
    enrolled(training_class=first, now=now)
    waits = enrolled(training_class=first, learner=learner, now=now)
    other = training_class(now=now, first=now + timedelta(days=9))
    shown = page(client, start(other))
    assert f"「焊工」 {first.number} 班，候补第 2 位".replace(" ", "") in words(shown).replace(" ", "")
    assert "那边轮到您时，不能再录取您" in words(shown)
    assert [box["name"] for box in shown.select("form input[type=checkbox]")] == ["aware"]
    missed = client.post(start(other))
    found = BeautifulSoup(missed.content, "lxml")
    assert (missed.status_code, found.select_one(".error-summary a")["href"]) == (409, "#aware")  # type: ignore[index]
    assert Enrolment.objects.filter(learner=learner).get() == waits
    client.post(start(other), {"aware": "on"})
    made = Enrolment.objects.get(learner=learner, training_class=other)
    waits.refresh_from_db()
    assert (made.status, waits.status) == (Status.ADMITTED, Status.WAITLISTED)
    assert [row["code"] for row in made.findings] == [Code.WAITING_ELSEWHERE]
    assert first.number not in str(made.findings), "which class it is concerns no other institution"


def test_a_selection_that_is_still_open_is_told_of_as_well(client: Client, learner: Learner, now: datetime) -> None:
    camp = selections.camp(now=now)
    selections.candidate(camp=camp, learner=learner, now=now)
    other = training_class(now=now, first=first_lesson(camp).starts_at, course=course("焊工"))
    assert "等待评选" in words(page(client, start(other)))
    with pytest.raises(EnrolmentRefused) as refused:
        enrolment.apply(learner=learner, training_class=other, now=now)
    assert refused.value.code == EnrolmentRefusal.PLACE_AT_STAKE


def test_at_another_time_nothing_is_at_stake(client: Client, learner: Learner, now: datetime) -> None:
    enrolled(training_class=full_class(now, "焊工"), learner=learner, now=now)
    other = training_class(now=now, first=now + timedelta(days=20))
    assert not page(client, start(other)).select("input[type=checkbox]")
    assert enrolment.apply(learner=learner, training_class=other, now=now).status == Status.ADMITTED


def test_an_offer_says_what_accepting_it_costs(client: Client, learner: Learner, now: datetime) -> None:
    enrolled(training_class=full_class(now, "焊工"), learner=learner, now=now)
    other = training_class(now=now, seats=1, first=now + timedelta(days=9))
    seat = enrolled(training_class=other, now=now)
    own = enrolment.apply(learner=learner, training_class=other, now=now, aware=True)
    enrolment.withdraw(by=people.user(), enrolment=seat, reason="换班", now=now)
    link = "/my/offer/" + told("enrolment_offered", learner).split("/my/offer/")[1].split(" ")[0]
    by_link, signed_in, mine = (words(page(*at)) for at in ((Client(), link), (client, receipt(own)), (client, "/my/")))
    assert "那边轮到您时，不能再录取您" in by_link
    assert "焊工" not in by_link, "whoever has the link is not told which class"
    assert ["「焊工」" in one for one in (signed_in, mine)] == [True, True]


def test_of_a_class_that_runs_the_reason_is_that_and_nothing_about_the_person(
    client: Client, learner: Learner, now: datetime
) -> None:
    enrolled(training_class=training_class(now=now), learner=learner, now=now)
    other = training_class(now=now, course=course("焊工"))
    assert "重叠" in words(page(client, start(other)))
    TrainingClass.objects.filter(pk=other.pk).update(status=Of.RUNNING)
    shown = page(client, start(other))
    assert [text.text for text in shown.select(".notice p")] == ["这个班已经开班，不再报名。请看看其他班次。"]
    assert "重叠" not in words(shown)


def test_a_reviewed_class_says_who_decides_and_by_when_at_every_step(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_class = training_class(now=now, seats=1, mode=Mode.REVIEWED, first=now + timedelta(days=9))
    assert REVIEW in words(page(client, start(a_class)))
    first = people.learner(now=now)
    held = enrolled(training_class=a_class, learner=first, now=now)
    assert "由培训机构审核，3 个工作日内发短信告诉您结果" in told("enrolment_applied", first)
    own = enrolled(training_class=a_class, learner=learner, now=now)
    enrolment.withdraw(by=people.user(), enrolment=held, reason="换班", now=now)
    offer = told("enrolment_offered", learner)
    assert "接受后由培训机构审核，3 个工作日内发短信告诉您结果" in offer
    link = "/my/offer/" + offer.split("/my/offer/")[1].split(" ")[0]
    assert [REVIEW in words(page(client, path)) for path in (link, "/my/", receipt(own))] == [True, True, True]
    enrolment.accept(enrolment=own, by=None, now=now)
    assert [REVIEW in words(page(client, path)) for path in (link, "/my/", receipt(own))] == [True, True, True]
    plain = training_class(now=now, first=now + timedelta(days=20))
    assert "审核" not in words(page(client, start(plain)))


def test_who_waits_reads_of_offers_only_while_there_are_any(
    client: Client, learner: Learner, now: datetime, clock: time_machine.Traveller
) -> None:
    a_class = full_class(now, "焊工")
    own = enrolled(training_class=a_class, learner=learner, now=now)
    begins = first_lesson(a_class).starts_at
    said = []
    for at in (now, begins - timedelta(hours=20), begins + timedelta(hours=1)):
        clock.move_to(at)
        sign_in(client, learner)
        shown = [words(page(client, path)) for path in ("/my/", receipt(own))]
        said.append([sentence for sentence in (TURN, SOON, TODAY) if all(sentence in one for one in shown)])
        assert ("依次发短信" in shown[0]) == (at == now)
    assert said == [[TURN], [SOON], [TODAY]]


def test_who_joins_the_queue_too_late_is_told_before_and_after(
    client: Client, learner: Learner, now: datetime, clock: time_machine.Traveller
) -> None:
    a_class = full_class(now, "焊工")
    early = enrolled(training_class=a_class, now=now)
    clock.move_to(first_lesson(a_class).starts_at - timedelta(hours=20))
    sign_in(client, learner)
    assert "现在排队，不会再发短信递补" in words(page(client, start(a_class)))
    client.post(start(a_class))
    assert "不再发短信递补" in told("enrolment_waitlisted", learner)
    assert "有空位会按顺序通知您" in told("enrolment_waitlisted", early.learner)


def test_who_was_turned_down_reads_whether_and_how_to_apply_again(
    client: Client, learner: Learner, now: datetime
) -> None:
    a_class = training_class(now=now, mode=Mode.REVIEWED, first=now + timedelta(days=9))
    own = enrolled(training_class=a_class, learner=learner, now=now)
    enrolment.refuse(by=people.user(), enrolment=own, reason="材料不齐", now=now)
    assert "原因解决后，这个班还在报名的，可以重新报名" in told("enrolment_refused", learner)
    shown = page(client, receipt(own))
    assert "原因解决后可以重新报名，按新的先后排队。" in words(shown)
    again = shown.select_one(f'a.btn[href="{start(a_class)}"]')
    assert again is not None
    TrainingClass.objects.filter(pk=a_class.pk).update(status=Of.RUNNING)
    shown = page(client, receipt(own))
    assert "这个班现在不能再报，可以改报其他班次。" in words(shown)
    assert not shown.select(f'a[href="{start(a_class)}"]')
    TrainingClass.objects.filter(pk=a_class.pk).update(status=Of.ENROLLING)
    client.post(start(a_class))
    assert Enrolment.objects.filter(learner=learner, status=Status.APPLIED).exists()
