"""The first officers of the city, from the machine itself."""

from datetime import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses.models import AuditEvent, Post, User
from courses.people import posts
from tests.factories import people

pytestmark = pytest.mark.django_db
PASSWORD = "lighthouse over the tide"


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("staff", *arguments, stdout=out)
    return out.getvalue().strip()


def code_of(link: str) -> str:
    address, _hash, code = link.partition("#")
    assert address.endswith("/account/first/")
    return code


def test_it_prints_the_link_of_a_new_officer_of_the_city_and_stops_at_two() -> None:
    code = code_of(told("li", "李科长"))
    assert posts.set_password(code=code, password=PASSWORD, now=timezone.now()).posts.get().role == Post.Role.CITY
    told("liu", "刘洋")
    with pytest.raises(CommandError, match="市级管理已有两人"):
        told("wang", "王海")
    assert not User.objects.filter(username="wang").exists()
    given = AuditEvent.objects.filter(verb="post_given").values_list("by_name", "detail__login")
    assert list(given) == [("", "li"), ("", "liu")]


def test_it_opens_a_login_anew_when_nobody_is_left_who_could(now: datetime) -> None:
    people.user(username="learner")
    told("li", "李科长")
    code = code_of(told("LI", "--reset"))
    posts.set_password(code=code, password=PASSWORD, now=timezone.now())
    with pytest.raises(CommandError, match="no login of the staff"):
        told("learner", "--reset")
