"""How somebody who works here is reached: who keeps the number, that it opens nothing, and when it goes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from courses.models import AuditEvent, Institution, OutboxMessage, Post, StaffRequest, User
from courses.people import contacts, posts
from courses.people.accounts import prove, send_code
from courses.people.contacts import ContactRefusal, ContactRefused
from courses.people.phones import PhoneRefused
from courses.people.posts import Appointment
from courses.privacy import mask_email
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
Role = Post.Role
PHONE, EMAIL = "19900001234", "sui@example.cn"


@pytest.fixture
def school() -> Institution:
    catalogue.policy()
    return catalogue.institution()


@pytest.fixture
def manager(school: Institution, now: datetime) -> User:
    return people.staff(role=Role.INSTITUTION, institution=school, now=now, username="manager", name="陈明")


def reached(login: User) -> tuple[str, str]:
    login.refresh_from_db()
    return login.phone, login.email


def wanted(school: Institution) -> Appointment:
    return Appointment("suidehai", "隋德海", Role.TRAINER, institution=school, phone="199 0000 1234", email=EMAIL)


def test_who_is_appointed_with_a_phone_is_kept_with_it_and_it_signs_nobody_in(
    school: Institution, manager: User, now: datetime
) -> None:
    login = posts.appoint(by=manager, wanted=wanted(school), now=now).login
    assert login is not None
    assert reached(login) == (PHONE, EMAIL)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM courses_user WHERE username = 'suidehai'")
        assert PHONE not in cursor.fetchone()[0]
    pending, message = send_code(phone=PHONE, address="1.2.3.4", has_ticket=False, language="zh-hans", now=now)
    code = OutboxMessage.objects.get(pk=message).params["code"]
    assert prove(pending=pending, code=code, now=now) != login


def test_one_more_post_writes_over_nobody_s_own_number(school: Institution, manager: User, now: datetime) -> None:
    login = posts.appoint(by=manager, wanted=wanted(school), now=now).login
    assert login is not None
    other = replace(wanted(school), role=Role.INSTITUTION, phone="19900009999", email="")
    posts.appoint(by=manager, wanted=other, now=now)
    assert reached(login) == (PHONE, EMAIL)


@pytest.mark.parametrize("change", [{"phone": "0535-1234567"}, {"email": "sui at example"}])
def test_a_number_that_reaches_nobody_appoints_nobody(
    change: dict[str, str], school: Institution, manager: User, now: datetime
) -> None:
    with pytest.raises((PhoneRefused, ContactRefused)):
        posts.appoint(by=manager, wanted=replace(wanted(school), **change), now=now)
    assert not User.objects.filter(username="suidehai").exists()


def test_what_a_second_person_confirms_brings_the_number_along_and_the_request_keeps_none(now: datetime) -> None:
    catalogue.policy()
    first, second = (people.staff(role=Role.CITY, now=now, username=name, name=name) for name in ("one", "two"))
    for name, decide in (("suidehai", posts.confirm), ("yuhai", posts.drop)):
        asked = Appointment(name, "隋德海", Role.CITY, phone=PHONE, email=EMAIL)
        request = posts.appoint(by=first, wanted=asked, now=now).request
        assert request is not None
        assert StaffRequest.objects.get(pk=request.pk).phone == PHONE
        decide(by=second, request=request, now=now)
    assert set(StaffRequest.objects.values_list("status", "phone", "email")) == {("done", "", ""), ("dropped", "", "")}
    assert reached(User.objects.get(username="suidehai")) == (PHONE, EMAIL)


def test_it_is_changed_by_oneself_or_by_who_manages_all_of_one_s_posts_and_the_record_holds_no_number(
    school: Institution, manager: User, now: datetime
) -> None:
    login = posts.appoint(by=manager, wanted=wanted(school), now=now).login
    assert login is not None
    assert contacts.change_contact(by=login, login=login, phone="19900005678", now=now) == ["phone"]
    assert contacts.change_contact(by=manager, login=login, email="Sui@Example.CN", now=now) == ["email"]
    assert reached(login) == ("19900005678", "Sui@example.cn")
    assert contacts.change_contact(by=manager, login=login, phone="19900005678", now=now) == []
    contacts.change_contact(by=login, login=login, phone="", now=now)
    assert reached(login) == ("", "Sui@example.cn")
    told = AuditEvent.objects.filter(verb="contact_changed").values_list("detail", flat=True)
    assert list(told) == [{"fields": ["phone"]}, {"fields": ["email"]}, {"fields": ["phone"]}]
    elsewhere = people.staff(
        role=Role.INSTITUTION, institution=catalogue.institution("J002", "别家学校"), now=now, username="other"
    )
    with pytest.raises(ContactRefused) as refused:
        contacts.change_contact(by=elsewhere, login=login, phone=PHONE, now=now)
    assert refused.value.code == ContactRefusal.NOT_MANAGED


def test_the_phone_that_somebody_signs_in_with_is_not_changed_here(now: datetime) -> None:
    learner = people.learner(now=now)
    assert learner.user is not None
    User.objects.filter(pk=learner.user.pk).update(phone=PHONE, phone_digest="0" * 64)
    with pytest.raises(ContactRefused) as refused:
        contacts.change_contact(by=learner.user, login=learner.user, phone="19900005678", now=now)
    assert refused.value.code == ContactRefusal.SIGNS_IN
    assert reached(learner.user)[0] == PHONE


def test_with_the_last_post_the_number_goes(school: Institution, manager: User, now: datetime) -> None:
    given = posts.appoint(by=manager, wanted=wanted(school), now=now)
    assert given.login is not None
    posts.appoint(by=manager, wanted=replace(wanted(school), role=Role.INSTITUTION), now=now)
    left = []
    for post in given.login.posts.order_by("pk"):
        posts.end(by=manager, post=post, now=now + timedelta(hours=1))
        left.append(reached(given.login))
    assert left == [(PHONE, EMAIL), ("", "")]


def test_the_number_of_who_has_no_post_left_goes_in_the_night_after_the_last_one_ran_out_by_its_date(
    school: Institution, manager: User, now: datetime
) -> None:
    month, year = now + timedelta(days=30), now + timedelta(days=365)
    short, long = (replace(wanted(school), until=until) for until in (month, year))
    ends, stays = posts.appoint(by=manager, wanted=short, now=now).login, None
    for other in (replace(short, username="yuhai"), replace(long, username="yuhai", role=Role.INSTITUTION)):
        stays = posts.appoint(by=manager, wanted=other, now=now).login
    assert ends is not None
    assert stays is not None
    nights = (month - timedelta(seconds=1), month, month + timedelta(days=1), year)
    assert [(contacts.sweep(now=night), reached(ends), reached(stays)) for night in nights] == [
        (0, (PHONE, EMAIL), (PHONE, EMAIL)),
        (1, ("", ""), (PHONE, EMAIL)),
        (0, ("", ""), (PHONE, EMAIL)),
        (1, ("", ""), ("", "")),
    ]
    told = AuditEvent.objects.filter(verb="contact_forgotten").order_by("pk")
    assert [(row.target, row.by_id, row.detail) for row in told] == [("suidehai", None, {}), ("yuhai", None, {})]


def test_a_learner_whose_post_ran_out_keeps_the_phone_that_they_sign_in_with(now: datetime) -> None:
    login = people.learner(now=now).user
    assert login is not None
    Post.objects.create(user=login, role=Role.EDITOR, since=now, until=now + timedelta(days=1))
    User.objects.filter(pk=login.pk).update(phone=PHONE, email=EMAIL)
    after = now + timedelta(days=2)
    assert ([contacts.sweep(now=after) for _ in range(2)], reached(login)) == ([1, 0], (PHONE, ""))


def test_who_never_held_a_post_is_no_matter_of_the_sweep(now: datetime) -> None:
    login = people.user()
    User.objects.filter(pk=login.pk).update(email=EMAIL)
    assert (contacts.sweep(now=now), reached(login)[1]) == (0, EMAIL)


def test_a_masked_address_tells_its_owner_which_it_is() -> None:
    assert [mask_email(one) for one in ("sui@example.cn", "", "broken")] == ["s***@example.cn", "", "******"]
