"""Who is given a post by whom, what takes two people, and the link that opens a login once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from courses import access
from courses.models import AccessLink, AuditEvent, Institution, Post, StaffRequest, User
from courses.people import posts
from courses.people.posts import Appointment, Given, StaffRefusal, StaffRefused
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
Role = Post.Role
PASSWORD = "lighthouse over the tide"


@dataclass(frozen=True)
class House:
    """Two institutions of two districts, with who works there; two officers of the city."""

    school: Institution
    other: Institution
    manager: User
    zhifu: User
    laishan: User
    city: User
    second: User


@pytest.fixture
def house(now: datetime) -> House:
    catalogue.policy()
    there = catalogue.district("laishan", "莱山区", "370613")
    school, other = catalogue.institution(), catalogue.institution("J002", "莱山职校", there)
    return House(
        school,
        other,
        people.staff(role=Role.INSTITUTION, institution=school, now=now, username="manager", name="陈明"),
        people.staff(role=Role.DISTRICT, district=catalogue.district(), now=now, username="zhifu"),
        people.staff(role=Role.DISTRICT, district=there, now=now, username="laishan"),
        people.staff(role=Role.CITY, now=now, username="city", name="刘洋"),
        people.staff(role=Role.CITY, now=now, username="second", name="周二"),
    )


def trainer(school: Institution, username: str = "suidehai", name: str = "隋德海", **fields: Any) -> Appointment:
    return Appointment(username, name, Role.TRAINER, institution=school, **fields)


def refusal(code: StaffRefusal) -> pytest.RaisesExc[StaffRefused]:
    return pytest.raises(StaffRefused, match=f"^{code}$")


def opened(given: Given, now: datetime) -> User:
    return posts.set_password(code=given.code, password=PASSWORD, now=now)


def test_an_institution_appoints_its_trainer_alone_and_the_link_opens_the_login_once(
    house: House, now: datetime
) -> None:
    given = posts.appoint(by=house.manager, wanted=trainer(house.school, " SuiDeHai ", "隋　德海"), now=now)
    login = User.objects.get(username="suidehai")
    assert (login.name, login.is_staff, login.is_superuser, login.has_usable_password()) == (
        "隋 德海", True, False, False,
    )  # fmt: skip
    post = login.posts.get()
    assert (post.role, post.institution, post.given_by, post.is_held(now)) == (
        "trainer", house.school, house.manager, True,
    )  # fmt: skip
    assert given.code not in str(list(AccessLink.objects.values())) + str(list(AuditEvent.objects.values()))
    shown = f"{given.code[:4].lower()}-{given.code[4:]} "
    assert posts.set_password(code=shown, password=PASSWORD, now=now).check_password(PASSWORD)
    with refusal(StaffRefusal.LINK):
        opened(given, now)
    told = AuditEvent.objects.order_by("pk").values_list("verb", "by_name")
    assert list(told) == [("post_given", "manager"), ("access_link_made", "manager"), ("password_set", "suidehai")]


def test_a_link_lasts_a_day_and_an_easy_password_does_not_use_it_up(house: House, now: datetime) -> None:
    given = posts.appoint(by=house.manager, wanted=trainer(house.school), now=now)
    with refusal(StaffRefusal.WEAK_PASSWORD) as caught:
        posts.set_password(code=given.code, password="123456", now=now)
    assert "密码没有设置。" in caught.value.sentence
    with refusal(StaffRefusal.LINK):
        opened(given, now + timedelta(days=1))
    User.objects.filter(username="suidehai").update(is_active=False)
    with refusal(StaffRefusal.LINK):
        opened(given, now)
    User.objects.filter(username="suidehai").update(is_active=True)
    opened(given, now + timedelta(hours=23, minutes=59))


# Whose it is to give

MAY = {
    "manager": {("trainer", "school"), ("institution", "school")},
    "zhifu": {("institution", "school"), ("district", "zhifu")},
    "laishan": {("institution", "other"), ("district", "laishan")},
    "city": {
        ("institution", "school"), ("institution", "other"), ("district", "zhifu"), ("district", "laishan"),
        ("city", ""), ("inspector", ""), ("auditor", ""), ("editor", ""), ("reviewer", ""), ("expert", ""),
    },
}  # fmt: skip


@pytest.mark.parametrize("who", MAY)
def test_who_gives_which_post_where(who: str, house: House, now: datetime) -> None:
    places: dict[str, dict[str, Any]] = {
        "school": {"institution": house.school},
        "other": {"institution": house.other},
        "zhifu": {"district": house.school.district},
        "laishan": {"district": house.other.district},
        "": {},
    }
    kinds = {"trainer": ("school", "other"), "institution": ("school", "other"), "district": ("zhifu", "laishan")}
    given, codes = set(), set()
    for serial, role in enumerate(Role.values):
        for place in kinds.get(role, ("",)):
            wanted = Appointment(f"new-{serial}-{place}", "新人", role, **places[place])
            try:
                posts.appoint(by=getattr(house, who), wanted=wanted, now=now)
            except StaffRefused as refused:
                codes.add(refused.code)
            else:
                given.add((role, place))
    assert (given, codes) == (MAY[who], {StaffRefusal.NOT_YOURS})


def test_who_opened_a_login_alone_does_not_hold_it_when_it_gets_a_post_that_counts(house: House, now: datetime) -> None:
    given = posts.appoint(by=house.city, wanted=Appointment("zhangsan", "张三", Role.AUDITOR), now=now)
    opened(given, now)
    asked = posts.appoint(by=house.city, wanted=Appointment("zhangsan", "张三", Role.CITY), now=now).request
    assert asked is not None
    again = posts.confirm(by=house.second, request=asked, now=now)
    login = User.objects.get(username="zhangsan")
    assert (again.code != "", login.has_usable_password()) == (True, False)


@pytest.mark.parametrize("role", [role for role in Role.values if role not in access.APPOINTS])
def test_who_has_no_such_post_appoints_nobody(role: str, house: House, now: datetime) -> None:
    place = {"institution": house.school} if role == Role.TRAINER else {}
    bystander = people.staff(role=role, now=now, **place)
    with refusal(StaffRefusal.NOT_YOURS):
        posts.appoint(by=bystander, wanted=trainer(house.school), now=now)
    assert not access.visible_posts(user=bystander, now=now).exists()


# Two people


@pytest.mark.parametrize(
    ("role", "two"),
    [("city", True), ("district", True), ("institution", True), ("inspector", True), ("auditor", False),
     ("editor", False), ("reviewer", False), ("expert", True)],
)  # fmt: skip
def test_what_has_its_part_in_what_counts_takes_a_second_officer(
    role: str, two: bool, house: House, now: datetime
) -> None:
    wanted = Appointment("newcomer", "新人", role, district=house.school.district, institution=house.school)
    given = posts.appoint(by=house.city, wanted=wanted, now=now)
    assert (given.request is not None, given.code != "", User.objects.filter(username="newcomer").exists()) == (
        two, not two, not two,
    )  # fmt: skip
    if given.request is None:
        return
    with refusal(StaffRefusal.SAME_PERSON):
        posts.confirm(by=house.city, request=given.request, now=now)
    login = opened(posts.confirm(by=house.second, request=given.request, now=now), now)
    assert login.posts.get().is_held(now)
    with refusal(StaffRefusal.DECIDED):
        posts.confirm(by=house.second, request=given.request, now=now)


def test_the_database_itself_holds_two_people(house: House, now: datetime) -> None:
    asked = posts.appoint(by=house.city, wanted=Appointment("newcomer", "新人", Role.CITY), now=now).request
    assert asked is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRequest.objects.update(status="done", decided_by=house.city, decided_at=now)
    with refusal(StaffRefusal.ASKED_ALREADY):
        posts.appoint(by=house.second, wanted=Appointment("newcomer", "新人", Role.CITY), now=now)
    posts.drop(by=house.city, request=asked, now=now)
    assert StaffRequest.objects.get().status == "dropped"
    assert not User.objects.filter(username="newcomer").exists()


def test_nobody_confirms_a_post_for_themselves(house: House, now: datetime) -> None:
    wanted = Appointment(house.second.username, house.second.name, Role.DISTRICT, district=house.school.district)
    asked = posts.appoint(by=house.city, wanted=wanted, now=now).request
    assert asked is not None
    with refusal(StaffRefusal.OWN):
        posts.confirm(by=house.second, request=asked, now=now)
    asked.refresh_from_db()
    assert asked.status == "asked", "what was refused stays to be decided"


# Accounts


def test_a_trainer_teaches_for_a_second_institution_with_the_login_that_they_have(house: House, now: datetime) -> None:
    opened(posts.appoint(by=house.manager, wanted=trainer(house.school), now=now), now)
    there = people.staff(role=Role.INSTITUTION, institution=house.other, now=now)
    with refusal(StaffRefusal.TAKEN):
        posts.appoint(by=there, wanted=trainer(house.other, name="别人"), now=now)
    given = posts.appoint(by=there, wanted=trainer(house.other), now=now)
    assert given.code == "", "a link would open what is not theirs"
    login = User.objects.get(username="suidehai")
    assert login.check_password(PASSWORD)
    assert set(login.posts.values_list("institution__number", flat=True)) == {"J001", "J002"}
    with refusal(StaffRefusal.ALREADY):
        posts.appoint(by=there, wanted=trainer(house.other), now=now)
    for manager in (house.manager, there):
        with refusal(StaffRefusal.NOT_MANAGED):
            posts.reset_access(by=manager, login=login, now=now)
    assert posts.reset_access(by=house.city, login=login, now=now).request is not None


def test_a_login_that_was_not_opened_yet_is_opened_by_nobody_elses_manager(house: House, now: datetime) -> None:
    posts.appoint(by=house.manager, wanted=trainer(house.school), now=now)
    digest = AccessLink.objects.get().digest
    there = people.staff(role=Role.INSTITUTION, institution=house.other, now=now)
    assert posts.appoint(by=there, wanted=trainer(house.other), now=now).code == ""
    assert AccessLink.objects.get().digest == digest


def test_a_learners_login_is_nobodys_post(house: House, now: datetime) -> None:
    learner = people.learner(now=now, name="隋德海").user
    assert learner is not None
    with refusal(StaffRefusal.TAKEN):
        posts.appoint(by=house.manager, wanted=trainer(house.school, username=learner.username), now=now)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"username": "隋德海"}, StaffRefusal.USERNAME_FORM),
        ({"username": "a"}, StaffRefusal.USERNAME_FORM),
        ({"username": "-sui"}, StaffRefusal.USERNAME_FORM),
        ({"name": " "}, StaffRefusal.NAME_MISSING),
        ({"institution": None}, StaffRefusal.SCOPE_MISSING),
        ({"role": Role.DISTRICT}, StaffRefusal.SCOPE_MISSING),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    fields: dict[str, Any], code: StaffRefusal, house: House, now: datetime
) -> None:
    wanted = {"username": "suidehai", "name": "隋德海", "role": Role.TRAINER, "institution": house.school, **fields}
    with refusal(code):
        posts.appoint(by=house.manager, wanted=Appointment(**wanted), now=now)


def test_a_post_with_a_last_day_is_over_by_itself(house: House, now: datetime) -> None:
    until = now + timedelta(days=30)
    with refusal(StaffRefusal.PERIOD):
        posts.appoint(by=house.manager, wanted=trainer(house.school, until=now), now=now)
    posts.appoint(by=house.manager, wanted=trainer(house.school, until=until), now=now)
    login = User.objects.get(username="suidehai")
    with refusal(StaffRefusal.ALREADY):
        posts.appoint(by=house.manager, wanted=trainer(house.school), now=now)
    assert [Post.objects.filter(Post.in_force(at), user=login).count() for at in (now, until)] == [1, 0]
    posts.appoint(by=house.manager, wanted=trainer(house.school), now=until)


# Ended, and opened anew


def test_with_the_last_post_password_and_second_factor_go(house: House, now: datetime) -> None:
    login = opened(posts.appoint(by=house.manager, wanted=trainer(house.school), now=now), now)
    Authenticator.objects.create(user=login, type=Authenticator.Type.TOTP, data={"secret": "x"})
    posts.appoint(
        by=house.manager, wanted=Appointment("suidehai", "隋德海", "institution", None, house.school), now=now
    )
    first, last = login.posts.order_by("pk")
    posts.end(by=house.manager, post=first, now=now)
    login.refresh_from_db()
    assert (login.has_usable_password(), Authenticator.objects.count()) == (True, 1)
    posts.end(by=house.manager, post=last, now=now)
    login.refresh_from_db()
    assert (login.has_usable_password(), Authenticator.objects.count()) == (False, 0)
    with refusal(StaffRefusal.ENDED):
        posts.end(by=house.manager, post=last, now=now)
    again = opened(posts.appoint(by=house.manager, wanted=trainer(house.school), now=now), now)
    assert again == login


def test_nobody_ends_or_opens_their_own(house: House, now: datetime) -> None:
    with refusal(StaffRefusal.OWN):
        posts.end(by=house.manager, post=house.manager.posts.get(), now=now)
    with refusal(StaffRefusal.OWN):
        posts.reset_access(by=house.manager, login=house.manager, now=now)
    with refusal(StaffRefusal.OWN):
        posts.appoint(by=house.manager, wanted=trainer(house.school, "manager", "陈明"), now=now)


def test_a_login_opened_anew_has_no_password_no_second_factor_and_one_link(house: House, now: datetime) -> None:
    given = posts.appoint(by=house.manager, wanted=trainer(house.school), now=now)
    login = opened(given, now)
    before = login.get_session_auth_hash()
    Authenticator.objects.create(user=login, type=Authenticator.Type.TOTP, data={"secret": "x"})
    first = posts.reset_access(by=house.manager, login=login, now=now)
    second = posts.reset_access(by=house.manager, login=login, now=now)
    login.refresh_from_db()
    assert login.get_session_auth_hash() != before
    assert (login.has_usable_password(), Authenticator.objects.count()) == (False, 0)
    with refusal(StaffRefusal.LINK):
        opened(first, now)
    opened(second, now)


def test_an_officer_opens_nobody_who_counts_alone(house: House, now: datetime) -> None:
    asked = posts.reset_access(by=house.city, login=house.manager, now=now).request
    assert asked is not None
    assert posts.confirm(by=house.second, request=asked, now=now).code
    auditor = people.staff(role=Role.AUDITOR, now=now)
    assert posts.reset_access(by=house.city, login=auditor, now=now).code
    again = posts.reset_access(by=house.city, login=house.manager, now=now).request
    assert again is not None
    posts.end(by=house.second, post=house.manager.posts.get(), now=now)
    with refusal(StaffRefusal.ENDED):
        posts.confirm(by=house.second, request=again, now=now)


def test_an_installation_begins_with_two_officers_of_the_city(now: datetime) -> None:
    for username in ("first", "second"):
        assert opened(posts.found(username=username, name="刘洋", now=now), now).posts.get().role == Role.CITY
    with refusal(StaffRefusal.FOUNDED):
        posts.found(username="third", name="刘洋", now=now)
