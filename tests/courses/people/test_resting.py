"""A number that nobody used for half a year may be somebody else's."""

from datetime import datetime, timedelta

import pytest

from courses import attendance
from courses.models import AuditEvent, Learner, User
from courses.people import resting
from courses.people.learners import open_login
from courses.people.resting import OwnerRefusal, OwnerRefused
from tests.courses.attendance.conftest import Room, open_room, ticket
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
DOCUMENT = people.resident_number(serial=7)


@pytest.fixture
def learner(now: datetime) -> Learner:
    """Signed in last 181 days ago."""
    catalogue.policy()
    made = people.learner(now=now, name="王小强", document=DOCUMENT)
    User.objects.update(date_joined=now - timedelta(days=400), last_login=now - timedelta(days=181))
    return Learner.objects.select_related("user").get(pk=made.pk)


def login(learner: Learner) -> User:
    assert learner.user is not None
    learner.user.refresh_from_db()
    return learner.user


def refused(learner: Learner, now: datetime, name: str = "王小强", last4: str = "0000") -> OwnerRefusal:
    with pytest.raises(OwnerRefused) as caught:
        resting.prove_owner(user=login(learner), name=name, last4=last4, now=now)
    return caught.value.code  # type: ignore[return-value]


def test_half_a_year_without_use_is_rest(learner: Learner, now: datetime) -> None:
    assert resting.is_resting(user=login(learner), now=now) is True
    assert resting.is_resting(user=login(learner), now=now - timedelta(days=2)) is False


def test_a_scan_of_the_bound_phone_is_no_use_of_its_number(now: datetime) -> None:
    """The phone scans without a card in it, long after the number went to somebody else."""
    room: Room = open_room(now=now)
    learner = room.learner()
    User.objects.update(date_joined=now - timedelta(days=400))
    who = attendance.Who(user_id=learner.user_id)
    attendance.check_in(ticket=ticket(room, room.at(0)), who=who, now=room.at(0))
    assert resting.is_resting(user=login(learner), now=room.at(0)) is True
    User.objects.update(last_login=room.at(0))
    assert resting.is_resting(user=login(learner), now=room.at(0)) is False


def test_a_login_that_proved_nobody_has_nothing_to_ask_for(now: datetime) -> None:
    catalogue.policy()
    user = open_login(phone=people.phone_number(), now=now)
    assert resting.is_resting(user=user, now=now + timedelta(days=999)) is False


def test_name_and_last_four_open_it_and_either_alone_does_not(learner: Learner, now: datetime) -> None:
    assert refused(learner, now, last4="9999") == OwnerRefusal.WRONG
    assert refused(learner, now, name="李梅", last4=DOCUMENT[-4:]) == OwnerRefusal.WRONG
    resting.prove_owner(user=login(learner), name=" 王小强 ", last4=DOCUMENT[-4:].lower(), now=now)
    assert AuditEvent.objects.filter(verb="phone_reclaimed").count() == 1


def test_after_five_tries_the_right_answer_comes_too_late_until_tomorrow(learner: Learner, now: datetime) -> None:
    told = [refused(learner, now, last4=f"000{digit}") for digit in range(5)]
    assert told == [OwnerRefusal.WRONG] * 4 + [OwnerRefusal.TOO_MANY]
    assert refused(learner, now, last4=DOCUMENT[-4:]) == OwnerRefusal.TOO_MANY
    resting.prove_owner(user=login(learner), name="王小强", last4=DOCUMENT[-4:], now=now + timedelta(days=1, minutes=1))


def test_who_has_the_number_newly_gets_an_account_of_their_own(learner: Learner, now: datetime) -> None:
    old = login(learner)
    phone = old.phone
    resting.let_go(user=old, now=now)
    fresh = open_login(phone=phone, now=now)
    old.refresh_from_db()
    learner.refresh_from_db()
    assert fresh != old
    assert (old.phone, old.phone_digest, learner.phone, learner.user) == ("", None, "", old)


def test_the_counter_vouches_face_to_face(learner: Learner, now: datetime) -> None:
    resting.vouch(by=people.user(name="窗口"), learner=learner, now=now)
    assert resting.is_resting(user=login(learner), now=now) is False
    with pytest.raises(OwnerRefused) as caught:
        resting.vouch(by=people.user(), learner=people.learner(now=now, with_login=False), now=now)
    assert caught.value.code == OwnerRefusal.NO_LOGIN
