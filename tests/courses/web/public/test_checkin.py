"""The scan as a phone meets it: pages, cookies, statements and bytes."""

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from courses import attendance
from courses.attendance import Mark, MarkRefusal, ScanRefusal
from courses.models import (
    Attendance,
    Direction,
    DoorRequest,
    EducationLevel,
    Evidence,
    Learner,
    LearnerCategory,
    Lesson,
    RefusedScan,
    TrainingClass,
)
from courses.people import devices
from courses.policy import Policy
from courses.web import clock as clocks
from courses.web.public import tries
from courses.web.public.binding import write_binding
from courses.web.public.faces import CLOCK, SHUT, TOO_MANY
from courses.web.public.refusals import FACES, face_words
from tests.courses.attendance.conftest import Room, open_room
from tests.factories import catalogue, people
from tests.factories.classes import enrolled
from tests.factories.identity import walk

pytestmark = pytest.mark.django_db
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
ROWS = (Evidence, Attendance, RefusedScan)


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now, tick=False) as moved:
        yield moved


@pytest.fixture
def room(now: datetime, db: None) -> Room:
    return open_room(now=now)


def code(room: Room, *, direction: Direction = Direction.IN, at: float = 0) -> str:
    return attendance.issue(lesson=room.lesson, direction=direction, policy=Policy(), now=room.at(at)).text


def phone(learner: Learner | None = None, *, now: datetime) -> Client:
    """A browser; bound to the learner, where one is given."""
    client = Client()
    if learner is not None:
        from django.http import HttpResponse

        answer = HttpResponse()
        write_binding(answer, devices.bind(learner=learner, label="Android，微信", now=now))
        client.cookies.update(answer.cookies)
    return client


def login(learner: Learner) -> Client:
    client = Client()
    assert learner.user is not None
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(answer: object) -> BeautifulSoup:
    return BeautifulSoup(answer.content.decode(), "lxml")  # type: ignore[attr-defined]


def head(answer: object) -> str:
    return page(answer).h1.get_text(strip=True)  # type: ignore[union-attr]


def statements(client: Client, method: str, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        getattr(client, method)(path)
    return [sql["sql"].split()[0] for sql in captured if not sql["sql"].startswith(NOT_COUNTED)]


def check_in(room: Room, client: Client, *, at: float = 0, direction: Direction = Direction.IN) -> object:
    """Scan, post, and the page that the post leads to."""
    client.get(f"/C/{code(room, direction=direction, at=at)}")
    return client.post("/C/", follow=True)


def test_a_scan_leaves_a_ticket_and_a_browser_and_no_row(room: Room, now: datetime) -> None:
    client = phone(now=now)
    answer = client.get(f"/C/{code(room)}")
    assert answer.status_code == 200
    assert [model.objects.count() for model in ROWS] == [0, 0, 0]
    cookies = {name: answer.cookies[name] for name in ("ticket", "browser")}
    assert {name: (c["httponly"], c["samesite"], c["path"]) for name, c in cookies.items()} == {
        "ticket": (True, "Lax", "/"),
        "browser": (True, "Lax", "/"),
    }
    assert (cookies["ticket"]["max-age"], cookies["browser"]["max-age"]) == (600, 180 * 24 * 3600)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "delete"])
def test_opening_a_link_records_nothing_whatever_the_method(room: Room, now: datetime, method: str) -> None:
    client = phone(room.learner(), now=now)
    for path in (f"/C/{code(room)}", f"/c/{code(room).lower()}", "/C/", "/C/help/"):
        answer = getattr(client, method)(path)
        assert answer.status_code in (200, 405, 410)
        assert "Location" not in answer
    assert [model.objects.count() for model in ROWS] == [0, 0, 0]


def test_lower_case_answers_alike(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    assert client.get(f"/c/{code(room).lower()}").status_code == 200
    assert client.cookies["ticket"].value


def test_a_bound_browser_posts_by_itself_and_turns_green(room: Room, now: datetime) -> None:
    learner = room.learner("王小强")
    client = phone(learner, now=now)
    waiting = page(client.get(f"/C/{code(room)}"))
    assert waiting.select_one("[data-scan] form[method=post] button") is not None
    assert waiting.select_one('script[src$="scan.js"]') is not None
    answer = client.post("/C/", follow=True)
    shown = page(answer)
    assert head(answer) == "签到成功"
    assert shown.select_one(".scan-name").get_text() == "王*强"  # type: ignore[union-attr]
    text = " ".join(shown.get_text(" ").split())
    assert "第 1 次课" in text
    assert "203 教室" in text
    assert "9:00，准时" in text
    assert "11:45 起，再扫一次签退" in text
    assert "王小强" not in text
    assert answer.redirect_chain == [(f"/C/receipt/{Evidence.objects.get().receipt}/", 302)]


def test_a_clock_that_was_set_back_an_hour_takes_no_code_and_no_ticket_of_the_past(
    room: Room, now: datetime, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the wall showed at nine would be good once more when the machine says nine again."""
    client, ticks = phone(room.learner(), now=now), time.monotonic()
    shown = code(room)
    client.get(f"/C/{shown}")
    monkeypatch.setattr(clocks, "_seen", clocks.Seen(now + timedelta(hours=1), ticks))
    for answer in (client.get(f"/C/{shown}"), client.post("/C/")):
        assert (answer.status_code, head(answer)) == (503, "还没有签到")
        assert "请找老师当场登记" in answer.content.decode()
    assert [model.objects.count() for model in ROWS] == [0, 0, 0]
    clock.move_to(now + timedelta(hours=1, minutes=2), tick=False)
    assert client.get(f"/C/{code(room, at=62)}").status_code == 200


def test_where_no_check_out_is_asked_the_page_says_so(now: datetime) -> None:
    easy = open_room(now=now, policy=catalogue.policy("optional", checkout_required=False))
    answer = check_in(easy, phone(easy.learner(), now=now))
    assert "下课时不用再扫" in page(answer).get_text()


def test_who_is_late_reads_so(room: Room, now: datetime, clock: time_machine.Traveller) -> None:
    learner = room.learner()
    client = phone(learner, now=now)
    clock.move_to(room.at(20))
    assert "9:20，迟到" in page(check_in(room, client, at=20)).get_text()


def test_a_stranger_signs_in_first_and_keeps_the_arrival_time(
    room: Room, now: datetime, clock: time_machine.Traveller
) -> None:
    learner = room.learner()
    client = phone(now=now)
    shown = page(client.get(f"/C/{code(room)}"))
    assert "已记下 9:00 到课" in shown.get_text()
    assert shown.select_one('a[href="/account/?next=/C/"]') is not None
    assert client.post("/C/")["Location"] == "/account/?next=/C/"
    clock.move_to(room.at(9))
    assert learner.user is not None
    client.force_login(learner.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "9:00 到课，已记下" in page(client.get("/C/")).get_text()
    assert head(client.post("/C/", follow=True)) == "签到成功"
    assert Attendance.objects.get(learner=learner).in_at == room.at(0)


def test_a_ticket_that_outlived_its_ten_minutes_asks_for_another_scan(
    room: Room, now: datetime, clock: time_machine.Traveller
) -> None:
    client = phone(room.learner(), now=now)
    client.get(f"/C/{code(room)}")
    clock.move_to(room.at(11))
    answer = client.post("/C/")
    assert answer.status_code == 410
    assert "请对着大屏再扫一次" in page(answer).get_text()


def test_a_removed_browser_is_sent_to_sign_in_with_its_ticket(room: Room, now: datetime) -> None:
    learner = room.learner()
    client = phone(learner, now=now)
    client.get(f"/C/{code(room)}")
    devices.revoke(learner=learner, code=learner.devices.get().code, now=now)
    answer = client.post("/C/")
    assert answer["Location"] == "/account/?next=/C/"
    assert answer.cookies["device"].value == ""
    assert client.cookies["ticket"].value
    assert not Evidence.objects.exists()


def test_an_altered_binding_is_no_binding(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    client.cookies["device"] = client.cookies["device"].value[:-4] + "AAAA"
    client.get(f"/C/{code(room)}")
    assert client.post("/C/")["Location"] == "/account/?next=/C/"


def test_who_is_marked_absent_and_scans_reads_amber_and_green_only_once_the_trainer_agrees(
    room: Room, now: datetime, clock: time_machine.Traveller
) -> None:
    learner = room.learner()
    client = phone(learner, now=now)
    early = check_in(room, client).request["PATH_INFO"]  # type: ignore[attr-defined]
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="other", now=room.at(20)
    )
    assert head(client.get(early)) == "没有计入考勤"
    clock.move_to(room.at(30))
    answer = check_in(room, client, at=30)
    assert head(answer) == "请老师确认一下"
    assert "老师已将您记为缺勤或请假" in page(answer).get_text()
    clock.move_to(room.at(175))
    left = check_in(room, client, at=175, direction=Direction.OUT)
    assert (head(left), "您的签到还在等老师确认" in page(left).get_text()) == ("请老师确认一下", True)
    with override("en"):
        assert "marked you absent or on leave" in client.get(
            answer.request["PATH_INFO"], headers={"Accept-Language": "en"}  # type: ignore[attr-defined]
        ).content.decode()  # fmt: skip
    waiting = Evidence.objects.get(reason="marked_away")
    attendance.confirm(by=room.trainer, receipt=waiting.receipt, lesson=room.lesson, now=room.at(176))
    assert head(client.get(left.request["PATH_INFO"])) == "签退成功"  # type: ignore[attr-defined]


def test_who_was_marked_absent_reads_so_at_check_out(room: Room, now: datetime, clock: time_machine.Traveller) -> None:
    learner = room.learner()
    client = phone(learner, now=now)
    attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.ABSENT, reason="other", now=room.at(20)
    )
    clock.move_to(room.at(175))
    answer = check_in(room, client, at=175, direction=Direction.OUT)
    assert head(answer) == "没有签退"
    assert "老师已将您这次课记为缺勤或请假" in page(answer).get_text()


def test_a_shared_browser_shows_two_digits_until_the_trainer_decides(room: Room, now: datetime) -> None:
    one, other = room.learner("王小强"), room.learner("李梅")
    client = phone(one, now=now)
    check_in(room, client)
    client.cookies["device"] = phone(other, now=now).cookies["device"].value
    answer = check_in(room, client)
    row = Evidence.objects.get(learner=other)
    shown = page(answer)
    assert head(answer) == "请老师确认一下"
    assert shown.select_one(".scan-pair b").get_text() == row.pairing  # type: ignore[union-attr]
    assert "scan-go" not in shown.body["class"]  # type: ignore[index]
    state = f"/C/receipt/{row.receipt}/state/"
    assert client.get(state).json() == {"standing": "awaits"}
    attendance.confirm(by=room.trainer, receipt=row.receipt, lesson=room.lesson, now=now)
    assert client.get(state).json() == {"standing": "counts"}
    assert head(client.get(f"/C/receipt/{row.receipt}/")) == "签到成功"


def test_what_the_trainer_did_not_accept_is_never_green(room: Room, now: datetime) -> None:
    one, other = room.learner(), room.learner("李梅")
    client = phone(one, now=now)
    check_in(room, client)
    client.cookies["device"] = phone(other, now=now).cookies["device"].value
    check_in(room, client)
    row = Evidence.objects.get(learner=other)
    attendance.reject(by=room.trainer, receipt=row.receipt, lesson=room.lesson, reason="wrong_person", now=now)
    assert head(client.get(f"/C/receipt/{row.receipt}/")) == "老师没有确认"


def test_a_leaving_on_a_shared_browser_is_not_green_either(
    room: Room, now: datetime, clock: time_machine.Traveller
) -> None:
    one, other = room.learner(), room.learner("李梅")
    first, second = phone(one, now=now), phone(other, now=now)
    check_in(room, first)
    check_in(room, second)
    clock.move_to(room.at(178))
    check_in(room, first, at=178, direction=Direction.OUT)
    first.cookies["device"] = second.cookies["device"].value
    assert head(check_in(room, first, at=178, direction=Direction.OUT)) == "请老师确认一下"


def test_leaving_shows_the_hours(room: Room, now: datetime, clock: time_machine.Traveller) -> None:
    client = phone(room.learner(), now=now)
    check_in(room, client)
    clock.move_to(room.at(178))
    answer = check_in(room, client, at=178, direction=Direction.OUT)
    assert head(answer) == "签退成功"
    assert "4 学时已记" in page(answer).get_text()


def test_not_me_takes_the_scan_back_and_another_may_scan(room: Room, now: datetime) -> None:
    learner = room.learner()
    client = phone(learner, now=now)
    check_in(room, client)
    row = Evidence.objects.get()
    answer = client.post(f"/C/receipt/{row.receipt}/undo/", follow=True)
    assert head(answer) == "已撤销"
    assert Attendance.objects.get(learner=learner).in_at is None
    assert head(client.get(f"/C/receipt/{row.receipt}/")) == "已撤销"
    assert head(check_in(room, client)) == "签到成功"


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.mark.parametrize("first_is", ["bound", "signed in"])
@pytest.mark.parametrize("not_me", [True, False], ids=["after 不是我", "from the result"])
def test_two_people_on_one_phone_both_arrive_and_the_second_waits_for_the_trainer(
    room: Room, now: datetime, clock: time_machine.Traveller, first_is: str, not_me: bool
) -> None:
    one, other = room.learner("王小强"), room.learner("李梅")
    client = phone(one, now=now) if first_is == "bound" else login(one)
    shown = page(check_in(room, client))
    if not_me:
        shown = page(client.post(shown.select_one("[data-undo]")["action"], follow=True))  # type: ignore[index]
    clock.move_to(room.at(3))
    ways = client.get(shown.select_one('a[href="/C/other/"]')["href"])  # type: ignore[index]
    assert "9:00 扫码，已记下" in page(ways).get_text()
    answer = client.post("/C/other/", {"by": "sign_in"})
    assert answer["Location"] == "/account/?next=/C/"
    # Nobody is known in this browser any more: the page asks who it is.
    assert head(client.get("/account/?next=/C/")) != ""
    assert head(client.get("/C/")) == "请先登录"
    client.force_login(other.user, backend=BACKEND)  # type: ignore[arg-type]
    clock.move_to(room.at(6))
    assert head(client.post("/C/", follow=True)) == "请老师确认一下"
    second = Evidence.objects.get(learner=other)
    assert (second.reason, second.strength, second.happened_at) == ("shared_device", "awaiting", room.at(0))
    assert (Attendance.objects.get(learner=one).in_at is None) == not_me


def test_the_second_person_may_show_the_trainer_two_digits_and_the_phone_stays_its_owner_s(
    room: Room, now: datetime
) -> None:
    one, other = room.learner("王小强"), room.learner("李梅")
    client = phone(one, now=now)
    check_in(room, client)
    asked = client.post("/C/other/", {"by": "door"}, follow=True)
    request = DoorRequest.objects.get()
    assert page(asked).select_one(".scan-pair b").get_text() == request.pairing  # type: ignore[union-attr]
    attendance.settle_door(by=room.trainer, lesson=room.lesson, request=request, learner=other, now=now)
    assert head(client.get(f"/C/ask/{request.code}/")) == "老师已为您登记"
    assert {row.learner for row in Attendance.objects.exclude(in_at=None)} == {one, other}
    assert head(check_in(room, client)) == "签到成功"


def test_who_scans_next_on_a_phone_takes_back_nothing_of_who_came_first(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    check_in(room, client)
    row = Evidence.objects.get()
    again = page(check_in(room, client))
    assert again.select_one("[data-undo]") is None
    assert again.select_one('a[href="/C/other/"]') is not None
    answer = client.post(f"/C/receipt/{row.receipt}/undo/")
    assert (answer.status_code, head(answer)) == (409, "没有撤销")
    assert "给另一位学员签到" in page(answer).get_text()
    assert Attendance.objects.get().in_at == room.at(0)


def test_a_phone_on_which_somebody_said_not_me_asks_before_it_signs_anybody_in(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    check_in(room, client)
    client.post(f"/C/receipt/{Evidence.objects.get().receipt}/undo/")
    asking = page(client.get(f"/C/{code(room)}"))
    assert asking.h1.get_text() == "现在是谁在扫码？"  # type: ignore[union-attr]
    assert (asking.select_one("[data-scan]"), asking.select_one('script[src$="scan.js"]')) == (None, None)
    assert asking.select_one('a[href="/C/other/"]') is not None
    assert head(client.post("/C/", follow=True)) == "签到成功"


def test_without_a_scan_there_is_nothing_to_hand_on(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    for answer in (client.get("/C/other/"), client.post("/C/other/", {"by": "sign_in"})):
        assert (answer.status_code, head(answer)) == (410, "还没有签到")
    assert client.cookies["device"].value
    assert not DoorRequest.objects.exists()


def test_after_a_minute_not_me_is_the_trainers(room: Room, now: datetime, clock: time_machine.Traveller) -> None:
    client = phone(room.learner(), now=now)
    check_in(room, client)
    clock.move_to(now + timedelta(seconds=61))
    receipt = Evidence.objects.get().receipt
    assert page(client.get(f"/C/receipt/{receipt}/")).select_one("[data-undo]") is None
    answer = client.post(f"/C/receipt/{receipt}/undo/")
    assert (answer.status_code, head(answer)) == (409, "没有撤销")
    assert "请找老师更正" in page(answer).get_text()


def test_a_receipt_is_shown_to_its_own_learner_alone(room: Room, now: datetime) -> None:
    one, other = room.learner(), room.learner("李梅")
    check_in(room, phone(one, now=now))
    path = f"/C/receipt/{Evidence.objects.get().receipt}/"
    assert login(one).get(path).status_code == 200
    strangers = (phone(now=now), phone(other, now=now), login(other))
    assert [client.get(path).status_code for client in strangers] == [404, 404, 404]
    said = [head(login(other).get(shown)) for shown in (path, "/C/receipt/R00000000000/")]
    assert said == ["这张回执不能在这里查看", "这张回执不能在这里查看"]
    assert [client.get(f"{path}state/").status_code for client in strangers] == [404, 404, 404]
    assert [client.post(f"{path}undo/").status_code for client in strangers] == [409, 409, 409]
    assert Attendance.objects.get(learner=one).in_at is not None


def test_who_is_not_verified_goes_to_the_identity_page_and_comes_back(room: Room, now: datetime) -> None:
    client = login(people.learner(now=now, verified=False))
    answer = check_in(room, client)
    assert answer.status_code == 403  # type: ignore[attr-defined]
    shown = page(answer)
    assert shown.select_one('a[href="/my/identity/?next=/C/"]') is not None
    assert "不会算迟到" in shown.get_text()


def test_the_pages_of_the_identity_cost_no_lateness(room: Room, now: datetime, clock: time_machine.Traveller) -> None:
    """Registered by the institution, and here for the first time: one question after another, then the scan counts."""
    listed = enrolled(training_class=room.a_class, now=room.at(-10000), with_login=False).learner
    newcomer = people.learner(now=now, verified=False)
    Learner.objects.filter(pk=listed.pk).update(phone=newcomer.phone)
    EducationLevel.objects.create(key="61", name="高中", name_en="High school")
    LearnerCategory.objects.create(key="other", name="其他", name_en="Other")
    client = login(newcomer)
    client.get(f"/C/{code(room)}")
    clock.move_to(room.at(9))
    said = {"consent": "on", "name": listed.name, "kind": "resident", "number": listed.documents.get().number}
    said |= {"district": catalogue.district().key, "education": "61", "category": "other"}
    assert walk(client, said, "?next=/C/")["Location"] == "/C/"
    assert "9:00 到课，已记下" in page(client.get("/C/")).get_text()
    assert head(client.post("/C/", follow=True)) == "签到成功"
    assert Attendance.objects.get(learner=listed).in_at == room.at(0)


def test_who_is_in_the_wrong_room_reads_where_to_go(room: Room, now: datetime) -> None:
    other = open_room(now=now)
    Lesson.objects.filter(pk=other.lesson.pk).update(room="205 教室")
    answer = check_in(room, phone(other.learner(), now=now))
    text = page(answer).get_text()
    assert answer.status_code == 403  # type: ignore[attr-defined]
    assert "请到205 教室，扫那里的大屏" in text
    assert "这次扫码已记录" in text


def test_who_is_of_no_class_is_led_to_enrol_in_this_one_or_told_that_it_takes_nobody(room: Room, now: datetime) -> None:
    for status, step, action in (
        ("enrolling", "请先报名，或到窗口当场报名", "报名这个班"),
        ("running", "本班已不再报名，请到窗口问其他班次", "看其他班次"),
    ):
        TrainingClass.objects.filter(pk=room.a_class.pk).update(status=status)
        answer = check_in(room, phone(people.learner(now=now), now=now))
        shown = page(answer)
        assert step in shown.get_text()
        button = shown.select_one("a.scan-btn")
        assert button is not None
        assert (button["href"], button.get_text()) == (f"/my/enrol/{room.a_class.number}/", action)


def test_who_guesses_codes_is_slowed_after_twenty_a_minute_and_a_good_code_always_passes(
    room: Room, now: datetime, clock: time_machine.Traveller
) -> None:
    guesser, neighbour = phone(now=now), phone(now=now)
    guesser.cookies["browser"] = "GUESSER"
    bad = f"/C/{code(room)[:6]}0000000000"
    assert [guesser.get(bad).status_code for _try in range(22)] == [410] * 20 + [429] * 2
    assert guesser.get(bad)["Retry-After"] == "60"
    assert guesser.get(f"/C/{code(room)}").status_code == 200
    assert neighbour.get(bad).status_code == 410
    clock.move_to(now + timedelta(seconds=60))
    assert guesser.get(bad).status_code == 410
    assert not RefusedScan.objects.exists()


def test_who_drops_the_name_of_the_browser_is_counted_by_address(
    room: Room, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "BY_ADDRESS", 30)
    bad = f"/C/{code(room)[:6]}0000000000"
    assert [Client().get(bad).status_code for _try in range(31)] == [410] * 30 + [429]
    assert Client().get(f"/C/{code(room)}").status_code == 200


def test_every_refusal_has_a_page_in_both_languages() -> None:
    assert set(FACES) >= set(ScanRefusal)
    values = {"opens": "8:30", "closes": "12:00", "minutes": 10, "seconds": 60, "room": "205 教室"}
    values |= {
        "class_number": "B1",
        "here": "203 教室",
        "here_course": "鲁菜师傅",
        "course": "面点师",
        "until": "9:15",
    }
    for language in ("zh-hans", "en"):
        with override(language):
            for refused, face in [*FACES.items(), ("shut", SHUT), ("too many", TOO_MANY), ("clock", CLOCK)]:
                words = face_words(face, values, back="/C/")
                told = {str(words[part]) for part in ("head", "why", "step", "reason")}
                assert all(told), refused
                assert not any("%(" in text for text in told), refused


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        (ScanRefusal.UNKNOWN_CODE, 404),
        (ScanRefusal.EXPIRED, 410),
        (ScanRefusal.NO_TICKET, 410),
        (ScanRefusal.NOT_VERIFIED, 403),
        (ScanRefusal.NOT_ENROLLED, 403),
        (ScanRefusal.WRONG_CLASS, 403),
        (ScanRefusal.PAUSED, 409),
        (ScanRefusal.CANCELLED, 409),
        (ScanRefusal.TOO_EARLY, 409),
        (ScanRefusal.TOO_LATE, 409),
        (ScanRefusal.TICKET_USED, 409),
        (ScanRefusal.NOT_IN_YET, 409),
        (MarkRefusal.UNDO_OVER, 409),
    ],
)
def test_a_refusal_answers_with_its_status(refused: ScanRefusal, status: int) -> None:
    assert FACES[refused].status == status


def test_a_refused_look_is_a_whole_page(room: Room, now: datetime) -> None:
    attendance.pause_wall(by=room.trainer, lesson=room.lesson, paused=True, now=now)
    answer = phone(now=now).get(f"/C/{code(room)}")
    shown = page(answer)
    assert (answer.status_code, head(answer)) == (409, "还没有签到")
    assert "大屏亮起再扫" in shown.get_text()
    assert "这次扫码已记录" not in shown.get_text()
    assert shown.select_one("a.scan-btn[href]") is not None


def test_a_bound_browser_checks_in_with_three_statements_and_no_session(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    check_in(room, phone(room.learner("李梅"), now=now))
    client.get(f"/C/{code(room)}")
    assert statements(client, "post", "/C/") == ["SELECT", "INSERT", "INSERT"]
    assert "sessionid" not in client.cookies


def test_a_signed_in_browser_checks_in_with_five_statements(room: Room, now: datetime) -> None:
    client = login(room.learner())
    check_in(room, phone(room.learner("李梅"), now=now))
    client.get(f"/C/{code(room)}")
    assert statements(client, "post", "/C/") == ["SELECT", "SELECT", "SELECT", "INSERT", "INSERT"]


def test_looking_at_a_code_is_one_statement(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    client.get(f"/C/{code(room)}")
    assert statements(client, "get", f"/C/{code(room)}") == ["SELECT"]
    assert statements(client, "get", "/C/") == []
    assert statements(client, "get", "/C/help/") == []


def test_the_language_changes_on_a_scan_page_without_a_later_arrival(room: Room, now: datetime) -> None:
    client = Client()
    seen = page(client.get(f"/C/{code(room)}"))
    form = seen.select_one(".scan-top form")
    assert form is not None
    assert [field["value"] for field in form.select("[name=next], [name=language]")] == ["/C/", "en"]
    answer = client.post(form["action"], {"next": "/C/", "language": "en"}, follow=True)
    assert page(answer).html["lang"] == "en"  # type: ignore[union-attr]


def test_a_result_is_two_statements(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    check_in(room, client)
    assert statements(client, "get", f"/C/receipt/{Evidence.objects.get().receipt}/") == ["SELECT", "SELECT"]


def weight(html: str) -> int:
    """Bytes of a page with every file that it names, as they lie on the disk; another host fails."""
    names = set(re.findall(r'(?:href|src)="([^"]+\.(?:css|js|svg|png))"', html))
    assert all(name.startswith("/static/") for name in names), names
    total = len(html.encode())
    for name in names:
        body = Path(str(finders.find(name.removeprefix("/static/")))).read_bytes()
        assert not re.search(rb"url\([\"']?(?:https?:)?//", body)
        total += len(body)
    return total


def test_each_page_of_the_scan_weighs_less_than_thirty_kilobytes(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    scanned = client.get(f"/C/{code(room)}").content.decode()
    green = client.post("/C/", follow=True).content.decode()
    refused = phone(now=now).get("/C/ABC").content.decode()
    stranger = phone(now=now).get(f"/C/{code(room)}").content.decode()
    weights = [weight(html) for html in (scanned, green, refused, stranger)]
    assert max(weights) <= 30 * 1024, weights
    for html in (scanned, green, refused, stranger):
        assert not re.search(r"https?://(?!www\.w3\.org)", html)


def test_a_mark_by_hand_is_no_receipt_of_the_phone(room: Room, now: datetime) -> None:
    learner = room.learner()
    marked = attendance.mark(
        by=room.trainer, lesson=room.lesson, learner=learner, as_=Mark.PRESENT, reason="no_phone", now=now
    )
    answer = phone(learner, now=now).post(f"/C/receipt/{marked.receipt}/undo/")
    assert answer.status_code == 409
    assert Attendance.objects.get(learner=learner).in_at == now


def test_under_https_the_cookies_are_secure(room: Room, now: datetime, settings: object) -> None:
    settings.SESSION_COOKIE_SECURE = True  # type: ignore[attr-defined]
    client = phone(room.learner(), now=now)
    assert set(client.cookies) == {"__Host-device"}
    answer = client.get(f"/C/{code(room)}")
    assert {answer.cookies[name]["secure"] for name in ("ticket", "browser")} == {True}
    assert (client.cookies["__Host-device"]["secure"], client.cookies["__Host-device"]["path"]) == (True, "/")


def test_the_pages_are_told_in_english(room: Room, now: datetime) -> None:
    client = phone(room.learner(), now=now)
    client.cookies["django_language"] = "en"
    answer = check_in(room, client)
    assert page(answer).html["lang"] == "en"  # type: ignore[index]
    assert "Chinese cuisine cook" in page(answer).get_text()
