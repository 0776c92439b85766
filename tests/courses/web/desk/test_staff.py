"""账号 on the desk: from the appointment over the link and the second factor to the desk, and whose accounts one sees."""

import time
from datetime import datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from courses.models import Institution, Post, StaffRequest, User
from courses.people import posts
from courses.people.posts import Appointment
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people

pytestmark = pytest.mark.django_db
PASSWORD = "lighthouse over the tide"
NEW = "/desk/staff/new/"


@pytest.fixture(autouse=True)
def _policy() -> None:
    catalogue.policy()


def appointed(browser: Client, role: str, school: Institution, **fields: object) -> str:
    """The code that the page shows, this once."""
    asked = {"username": "suidehai", "name": "隋德海", "role": role, "institution": school.pk, **fields}
    page = browser.post(NEW, asked)
    assert page.status_code == 200, words(page)
    assert page.headers["Cache-Control"].count("no-store")
    code = str(page.context["code"])
    assert f"/account/first/#{code}" in words(page)
    return code


def first_visit(code: str, wanted: str) -> Client:
    """Password, sign-in and second factor, as somebody new goes through them."""
    browser = Client()
    twice = {"password": PASSWORD, "again": PASSWORD}
    answer = browser.post("/account/first/", {"code": code, **twice}, follow=True)
    assert answer.redirect_chain == [("/account/staff/", 302)]
    assert "请用账号 suidehai 登录" in words(answer)
    browser.post("/account/staff/", {"username": "suidehai", "password": PASSWORD})
    page = browser.get(browser.get(wanted)["Location"])
    now = int(time.time()) // 30
    browser.post("/account/second/activate/", {"code": format_hotp_value(hotp_value(page.context["form"].secret, now))})
    return browser


def test_who_is_appointed_opens_the_desk_after_the_link_and_the_second_factor(
    cast: Cast, sign_in: Open, school: Institution, settings: Settings
) -> None:
    code = appointed(sign_in(cast.institution), "institution", school)
    settings.ENFORCE_SECOND_FACTOR = True
    theirs = first_visit(code, "/desk/")
    assert theirs.get("/desk/").status_code == 200
    assert "隋德海 suidehai" in words(theirs.get("/desk/staff/")) or "suidehai 隋德海" in words(
        theirs.get("/desk/staff/")
    )


def test_a_new_trainer_opens_the_classroom_and_stands_among_the_trainers_of_the_class_form(
    cast: Cast, sign_in: Open, school: Institution, settings: Settings
) -> None:
    own = sign_in(cast.institution)
    assert "隋德海" not in words(own.get("/desk/classes/new/"))
    code = appointed(own, "trainer", school)
    form = soup(own.get("/desk/classes/new/"))
    assert "隋德海" in [label.get_text(strip=True) for label in form.select("label:has([name=trainers])")] or (
        "隋德海" in form.get_text()
    )
    settings.ENFORCE_SECOND_FACTOR = True
    theirs = first_visit(code, "/teach/")
    assert [theirs.get(door).status_code for door in ("/teach/", "/desk/")] == [200, 403]


def test_how_a_trainer_is_reached_is_asked_at_the_appointment_changed_later_and_never_shown_in_full(
    cast: Cast, sign_in: Open, school: Institution
) -> None:
    own = sign_in(cast.institution)
    bad = {"username": "suidehai", "name": "隋德海", "role": "trainer", "institution": school.pk, "phone": "123"}
    assert "手机号应为 11 位" in words(own.post(NEW, bad))
    appointed(own, "trainer", school, phone="199 0000 1234", email="sui@example.cn")
    login = User.objects.get(username="suidehai")
    page = f"/desk/staff/{login.posts.get().key}/"
    assert "手机号 199****1234 邮箱 s***@example.cn 修改联系方式" in words(own.get(page))
    form = own.get(f"{page}contact/")
    assert "19900001234" not in form.content.decode()
    assert own.post(f"{page}contact/", {"email": "sui"}).status_code == 422
    answer = own.post(f"{page}contact/", {"phone": "19900005678", "forget_email": "on"}, follow=True)
    assert "联系方式已保存。" in words(answer)
    assert "手机号 199****5678 邮箱 没有填写" in words(answer)
    mine = cast.institution.posts.get().key
    assert own.get(f"/desk/staff/{mine}/contact/")["Location"] == "/account/contact/", (
        "one's own is asked for once more"
    )
    stranger = people.staff(
        role="institution", institution=catalogue.institution("J002", "别家学校"), username="cast-o",
        now=login.posts.get().since,
    )  # fmt: skip
    assert sign_in(stranger).get(f"{page}contact/").status_code == 404


def test_a_post_that_is_ended_opens_nothing_from_then_on_and_its_session_is_over(
    cast: Cast, sign_in: Open, school: Institution
) -> None:
    own = sign_in(cast.institution)
    appointed(own, "institution", school)
    login = User.objects.get(username="suidehai")
    theirs = sign_in(login)
    assert theirs.get("/desk/").status_code == 200
    key = login.posts.get().key
    assert "已停用，这个岗位的权限马上收回。" in words(own.post(f"/desk/staff/{key}/end/", follow=True))
    answer = theirs.get("/desk/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/staff/?next=/desk/")
    assert "_auth_user_id" not in theirs.session
    assert "suidehai" not in words(own.get("/desk/staff/"))
    assert "suidehai" in words(own.get("/desk/staff/?state=all"))


def test_a_lost_login_is_opened_anew_and_its_session_is_over(cast: Cast, sign_in: Open, school: Institution) -> None:
    own = sign_in(cast.institution)
    appointed(own, "trainer", school)
    login = User.objects.get(username="suidehai")
    theirs = sign_in(login)
    page = own.post(f"/desk/staff/{login.posts.get().key}/reset/")
    assert "只显示这一次" in words(page)
    assert theirs.get("/teach/").status_code == 302
    assert posts.set_password(code=page.context["code"], password=PASSWORD, now=page.context["expires_at"]
                              - timedelta(hours=1)) == login  # fmt: skip


def test_an_institution_neither_sees_nor_changes_the_accounts_of_another(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    there = catalogue.institution("J002", "莱山职校", catalogue.district("laishan", "莱山区", "370613"))
    stranger = people.staff(role="institution", institution=there, now=now, username="stranger", name="金丝雀")
    own = sign_in(cast.institution)
    key = stranger.posts.get().key
    answers = [own.get(f"/desk/staff/{key}/"), own.post(f"/desk/staff/{key}/end/"),
               own.post(f"/desk/staff/{key}/reset/")]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "金丝雀" not in words(own.get("/desk/staff/?state=all"))
    page = own.post(NEW, {"username": "spy", "name": "甲", "role": "trainer", "institution": there.pk})
    assert (page.status_code, User.objects.filter(username="spy").exists()) == (422, False)
    assert own.post(NEW, {"username": "spy", "name": "甲", "role": "city"}).status_code == 422
    assert Post.objects.get(key=key).until is None


def test_a_districts_request_waits_for_the_city_who_hands_over_the_link(
    cast: Cast, sign_in: Open, school: Institution
) -> None:
    bureau, city = sign_in(cast.district), sign_in(cast.city)
    asked = {"username": "newhand", "name": "新人", "role": "institution", "institution": school.pk}
    page = bureau.post(NEW, asked, follow=True)
    assert "已提出，还没有生效" in words(page)
    number = StaffRequest.objects.get().number
    address = reverse("desk_staff_request", args=[number])
    assert bureau.post(f"{address}confirm/").status_code == 403
    assert sign_in(cast.institution).get(address).status_code == 404
    row = next(row for row in soup(city.get("/desk/")).select(".queue tbody tr") if number in row.get_text())
    assert row.select_one(f'a[href="{address}"]') is not None
    shown = city.post(f"{address}confirm/")
    assert posts.set_password(code=shown.context["code"], password=PASSWORD, now=shown.context["expires_at"]
                              - timedelta(hours=1)).username == "newhand"  # fmt: skip
    assert "已办理" in words(bureau.get(address))


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_saved(
    cast: Cast, sign_in: Open, school: Institution
) -> None:
    own = sign_in(cast.institution)
    page = own.post(NEW, {"username": "隋", "name": "隋德海", "role": "trainer", "institution": school.pk})
    assert page.status_code == 422
    assert "账号要 2 到 40 位" in soup(page).select_one("#id_username-error").get_text()
    page = own.post(NEW, {"username": "cast-t", "name": "别人", "role": "trainer", "institution": school.pk})
    assert "账号「cast-t」已有人用，未保存。" in soup(page).select_one("#id_username-error").get_text()


def test_whoever_only_reads_or_teaches_has_no_such_page(cast: Cast, sign_in: Open) -> None:
    for user in (cast.inspector, cast.auditor, cast.trainer, cast.editor, cast.learner):
        assert sign_in(user).get("/desk/staff/").status_code == 403


def test_the_list_asks_no_more_for_many_than_for_few(
    cast: Cast, sign_in: Open, school: Institution, now: datetime
) -> None:
    own = sign_in(cast.institution)
    own.get("/desk/staff/")

    def asked() -> int:
        with CaptureQueriesContext(connection) as statements:
            own.get("/desk/staff/")
        return len(statements)

    few = asked()
    for serial in range(9):
        wanted = Appointment(f"trainer{serial}", "王海", Post.Role.TRAINER, institution=school)
        posts.appoint(by=cast.institution, wanted=wanted, now=now)
    assert asked() == few


def test_the_link_that_is_used_up_says_so_and_two_passwords_have_to_be_one(
    cast: Cast, sign_in: Open, school: Institution
) -> None:
    code = appointed(sign_in(cast.institution), "trainer", school)
    browser = Client()
    page = browser.post("/account/first/", {"code": code, "password": PASSWORD, "again": "another"})
    assert (page.status_code, "两次输的密码不一样，没有设置。" in words(page)) == (422, True)
    twice = {"code": code, "password": PASSWORD, "again": PASSWORD}
    assert browser.post("/account/first/", twice).status_code == 302
    page = browser.post("/account/first/", twice)
    assert (page.status_code, "密码没有设置。请找给您链接的人重新开一个。" in words(page)) == (422, True)


def test_a_search_for_somebody_is_a_post_and_no_name_stands_in_an_address(
    now: datetime, cast: Cast, sign_in: Open, school: Institution
) -> None:
    for number in range(31):
        people.staff(role="trainer", now=now, institution=school, username=f"seek{number:02d}", name="隋找人")
    people.staff(role="trainer", now=now, institution=school, username="other", name="于别人")
    own = sign_in(cast.institution)
    found = own.post("/desk/staff/", {"q": "隋找", "role": "trainer"})
    page = soup(found)
    assert (found.status_code, len(page.select("tbody tr"))) == (200, 30)
    assert "于别人" not in words(found)
    assert "no-store" in found.headers["Cache-Control"]
    [pager] = page.select("form.pager")
    onward = {field["name"]: field["value"] for field in pager.select("input[name][type=hidden]")}
    second = soup(own.post("/desk/staff/", {**onward, "page": "2"}))
    assert [row.th.get_text(strip=True) for row in second.select("tbody tr")] == ["seek30"]  # type: ignore[union-attr]
    addresses = [link["href"] for link in page.select("a[href]")] + [form.get("action", "") for form in page("form")]
    assert not [address for address in addresses if "q=" in address]
    # A link that carries a name, from before or from elsewhere, searches for nobody.
    assert "于别人" in words(own.get("/desk/staff/?q=隋找人"))


def test_filters_that_ask_for_nobody_stand_in_the_address(cast: Cast, sign_in: Open) -> None:
    answer = sign_in(cast.institution).post("/desk/staff/", {"q": " ", "role": "trainer", "state": "all"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/staff/?role=trainer&state=all")
    bare = sign_in(cast.institution).post("/desk/staff/", {"q": ""})
    assert (bare.status_code, bare.headers["Location"]) == (302, "/desk/staff/")
