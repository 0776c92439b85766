"""单位团报 on the desk: take it down, send its list, confirm, take back, print; nobody else's, and no full number."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse

from courses import groups, seating
from courses.models import AuditEvent, Enrolment, GroupBooking, RosterImport, TrainingClass
from courses.rosters.verdicts import LINES_OF_A_PHONE
from tests.courses.rosters.conftest import private_folder  # noqa: F401  (used by every test here)
from tests.courses.web.desk.conftest import Cast, Open, soup, words
from tests.factories import catalogue, people, sheets
from tests.factories import groups as bookings
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
POSTS = ("send", "decide", "confirm", "undo", "drop", "problems", "sheet")
# Statements: session, user, posts; the booking; its list, its outlook, its findings, its members.
PAGE = 17
CLASS_PAGE = 14


@pytest.fixture
def a_class(now: datetime, cast: Cast) -> TrainingClass:
    sheets.lists()
    return training_class(now=now, seats=5)


def fields(**changes: str) -> dict[str, str]:
    return {
        "employer": "烟台海风船务有限公司", "credit_code": bookings.credit_code(), "contact": "林主任",
        "phone": "138 0000 0001", "seats": "3", **changes,
    }  # fmt: skip


def ask(browser, a_class: TrainingClass, **changes: str) -> HttpResponse:
    return browser.post(reverse("desk_group_new", args=[a_class.number]), fields(**changes), follow=True)


def send(browser, booking: GroupBooking, rows: list[Any], **changes: str) -> HttpResponse:
    file = SimpleUploadedFile("名单.xlsx", sheets.xlsx(rows))
    address = reverse("desk_group_send", args=[booking.number])
    return browser.post(address, {"file": file, "consent": "on", **changes}, follow=True)


def press(browser, name: str, booking: GroupBooking, **data: str) -> HttpResponse:
    return browser.post(reverse(f"desk_group_{name}", args=[booking.number]), data, follow=True)


@pytest.mark.parametrize("role", ["institution", "district", "city"])
def test_staff_book_a_group_from_the_form_to_the_printed_list_and_back(
    role: str, cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(getattr(cast, role))
    assert reverse("desk_group_new", args=[a_class.number]) in str(
        soup(browser.get(reverse("desk_class", args=[a_class.number])))
    )
    taken_down = words(ask(browser, a_class))
    assert ("请上传 3 人的名单" in taken_down, "本班现在剩 5 个名额" in taken_down) == (True, True)
    booking = GroupBooking.objects.get()
    checked = words(send(browser, booking, [sheets.person(place) for place in range(1, 4)]))
    assert "3 人全部录取；余 2 席" in checked
    done = words(press(browser, "confirm", booking))
    assert "3 人全部占到名额" in done
    assert set(Enrolment.objects.values_list("source", "status")) == {("group", "admitted")}
    printed = press(browser, "sheet", booking)
    assert "no-store" in printed.headers["Cache-Control"]
    assert (sheets.person(1)[1] in words(printed), "199****0001" in words(printed)) == (True, True)
    assert AuditEvent.objects.get(verb="exported").detail == {"what": "group_list", "rows": 3}
    undone = words(press(browser, "undo", booking))
    assert "已撤销，退出 3 人" in undone
    a_class.refresh_from_db()
    assert (a_class.taken, set(Enrolment.objects.values_list("status", flat=True))) == (0, {"withdrawn"})


def test_a_member_is_replaced_from_the_list_and_a_slip_stands_at_its_field(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    catalogue.consent_notice("truth-of-status")
    booking = bookings.booking(training_class=a_class, now=now, seats=2, by=cast.institution)
    bookings.listed(booking=booking, now=now)
    press(browser, "confirm", booking)
    out, staying = booking.enrolments.order_by("arrival_no")
    address = reverse("desk_group_replace", args=[booking.number, out.number])
    assert address in str(soup(browser.get(reverse("desk_group", args=[booking.number]))))
    entered = {
        "name": "孙小海",
        "kind": "resident",
        "number": people.resident_number(),
        "phone": "",
        "category": "unemp",
        "education": "31",
        "district": "zhifu",
        "consent": "on",
        "truth": "on",
    }
    taken = browser.post(
        address, entered | {"number": staying.learner.documents.get().number, "name": staying.learner.name}
    )
    assert (taken.status_code, "新换的人已经报过这个班" in words(taken)) == (422, True)
    assert browser.post(address, entered | {"consent": ""}).status_code == 422
    unsaid = browser.post(address, entered | {"truth": ""})
    assert (unsaid.status_code, "请先由单位请本人确认所报情况属实，再勾选" in words(unsaid)) == (422, True)
    done = words(browser.post(address, entered, follow=True))
    assert "已换人，新的报名编号" in done
    assert "单位换人，席位给了单位另派的人" in done
    assert booking.enrolments.filter(status="admitted", truth="1.0").count() == 2
    a_class.refresh_from_db()
    assert a_class.taken == 2


def test_no_full_number_of_anybody_stands_on_any_page(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    browser = sign_in(cast.institution)
    rows = [sheets.person(place) for place in range(1, 4)]
    shown = [ask(browser, a_class)]
    booking = GroupBooking.objects.get()
    shown += [send(browser, booking, rows), press(browser, "confirm", booking), press(browser, "sheet", booking)]
    shown += [
        browser.get(reverse(name, args=[number]))
        for name, number in (
            ("desk_class", a_class.number), ("desk_group_new", a_class.number), ("desk_group_amend", booking.number)
        )
    ]  # fmt: skip
    secrets = [bookings.CONTACT_PHONE, *(value for row in rows for value in (row[4], row[8]))]
    pages = [response.content.decode() for response in shown]
    assert [secret for secret in secrets for page in pages if secret in page] == []
    assert "林*任" in words(shown[4])


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"employer": ""}, "单位名称"),
        ({"credit_code": "913706020000000000"}, "统一社会信用代码"),
        ({"contact": ""}, "单位联系人"),
        ({"phone": "0535-6600000"}, "联系人手机"),
        ({"seats": "0"}, "团报人数"),
        ({"seats": "6"}, "团报人数"),
    ],
)
def test_a_slip_stands_at_its_field_and_in_the_summary(
    changes: dict[str, str], label: str, cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    response = ask(sign_in(cast.institution), a_class, **changes)
    assert response.status_code == 422
    assert label in soup(response).select_one(".error-summary").get_text()
    assert len(soup(response).select(".field-bad")) == 1
    assert GroupBooking.objects.count() == 0


def test_where_seats_are_short_other_classes_of_the_course_are_named(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    far = catalogue.institution("J002", "别的学校")
    later = now + timedelta(days=9)
    own = training_class(now=now, seats=8, course=a_class.course, first=later)
    theirs = training_class(now=now, seats=8, course=a_class.course, first=later, institution=far)
    response = ask(sign_in(cast.institution), a_class, seats="7")
    assert "团报 7 人，本班只剩 5 个名额" in words(response)
    others = soup(response).select_one("#others")
    assert others.select_one("h2").get_text() == "还有 7 个名额的其他班次"
    assert [one.get_text() for one in others.select("b.id")] == [own.number, theirs.number]
    assert [link["href"] for link in others.select("a")] == [reverse("desk_group_new", args=[own.number])]


def test_seats_that_went_meanwhile_are_said_before_anything_is_pressed(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    ask(browser, a_class)
    booking = GroupBooking.objects.get()
    send(browser, booking, [sheets.person(place) for place in range(3)])
    for _ in range(3):
        enrolled(training_class=a_class, now=now)
    page = browser.get(reverse("desk_group", args=[booking.number]))
    assert "团报 3 人，本班只剩 2 个名额，一个也没有占。" in words(page)
    assert (soup(page).select_one("#others") is not None, "全部报上" in words(page)) == (True, False)
    assert "团报 3 人，本班只剩 2 个名额，一个也没有占。" in words(press(browser, "confirm", booking))
    assert booking.enrolments.count() == 0


def test_who_may_not_be_admitted_is_named_by_row_and_blocks_the_whole_booking(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    ask(browser, a_class)
    booking = GroupBooking.objects.get()
    rows = [sheets.person(1), sheets.person(2, born_on=now.date().replace(year=now.year - 12)), sheets.person(3)]
    page = send(browser, booking, rows)
    assert "还不能确认，一个名额也没有占" in words(page)
    assert [cell.get_text() for cell in soup(page).select("tbody th")] == ["3"]
    marked = browser.post(reverse("desk_group_problems", args=[booking.number]))
    assert b"".join(marked.streaming_content)[:2] == b"PK"
    press(browser, "confirm", booking)
    assert Enrolment.objects.count() == 0


def test_a_near_name_is_decided_and_the_number_corrected(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    browser = sign_in(cast.institution)
    known = people.learner(now=now, name="王晓强")
    number = known.documents.get().number
    ask(browser, a_class)
    booking = GroupBooking.objects.get()
    rows = [sheets.person(1, name="王小强", number=number, born_on=known.born_on), sheets.person(2)]
    assert "请您决定" in words(send(browser, booking, rows))
    page = words(browser.get(reverse("desk_group", args=[booking.number])))
    assert f"一个手机号最多填 {LINES_OF_A_PHONE} 行，没有的留空。" in page
    decided = words(press(browser, "decide", booking, **{"row-2": "same"}))
    assert "登记的是 3 人，名单里能报名的是 2 人" in decided
    told = AuditEvent.objects.get(verb="roster_decided")
    assert (told.by_id, told.detail["rows"]) == (cast.institution.pk, {"same": [2]})
    corrected = browser.post(
        reverse("desk_group_amend", args=[booking.number]),
        fields(seats="2", phone="", credit_code=booking.credit_code),
        follow=True,
    )
    assert "将占 2 个名额" in words(corrected)
    booking.refresh_from_db()
    assert booking.phone == bookings.CONTACT_PHONE
    press(browser, "confirm", booking)
    assert booking.enrolments.count() == 2


def test_a_file_that_cannot_be_read_and_a_missing_consent_stand_at_their_fields(
    cast: Cast, sign_in: Open, a_class: TrainingClass
) -> None:
    browser = sign_in(cast.institution)
    ask(browser, a_class)
    booking = GroupBooking.objects.get()
    file = SimpleUploadedFile("名单.xlsx", b"<html>")
    address = reverse("desk_group_send", args=[booking.number])
    refused = browser.post(address, {"file": file, "consent": "on"})
    assert (refused.status_code, "网页格式" in words(refused)) == (422, True)
    assert send(browser, booking, [sheets.person(1)], consent="").status_code == 422
    assert RosterImport.objects.count() == 0


def test_a_booking_is_given_up(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    browser = sign_in(cast.institution)
    ask(browser, a_class)
    assert "这次团报已放弃" in words(press(browser, "drop", GroupBooking.objects.get()))


def test_the_template_is_handed_out(cast: Cast, sign_in: Open, a_class: TrainingClass) -> None:
    booking = bookings.booking(training_class=a_class, now=a_class.created_at)
    response = sign_in(cast.institution).get(reverse("desk_group_template", args=[booking.number]))
    assert b"".join(response.streaming_content)[:2] == b"PK"


def test_a_class_that_does_not_enrol_says_so(cast: Cast, sign_in: Open, now: datetime) -> None:
    over = training_class(now=now, status=TrainingClass.Status.RUNNING)
    assert "本班现在不能团报" in words(sign_in(cast.institution).get(reverse("desk_group_new", args=[over.number])))


def test_strangers_find_nothing_and_readers_may_not_pass(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    booking = bookings.booking(training_class=a_class, now=now)
    bookings.listed(booking=booking, now=now)
    gets = [
        reverse("desk_group_new", args=[a_class.number]),
        *(reverse(name, args=[booking.number]) for name in ("desk_group", "desk_group_amend", "desk_group_template")),
    ]
    posts = [reverse(f"desk_group_{name}", args=[booking.number]) for name in POSTS]
    far = catalogue.district("laishan", "莱山区", "370613")
    strangers = [
        people.staff(role="institution", now=now, institution=catalogue.institution("J002", "别的学校", far)),
        people.staff(role="district", now=now, district=far),
    ]
    for stranger in strangers:
        browser = sign_in(stranger)
        assert {browser.get(address).status_code for address in gets} == {404}
        assert {browser.post(address).status_code for address in posts} == {404}
    for user in (cast.learner, cast.trainer, cast.inspector, cast.auditor, cast.editor):
        browser = sign_in(user)
        assert {browser.get(address).status_code for address in gets} == {403}
        assert {browser.post(address).status_code for address in posts} == {403}
    booking.refresh_from_db()
    assert (booking.status, Enrolment.objects.count()) == (GroupBooking.Status.REQUESTED, 0)


def test_the_list_of_a_group_is_not_found_among_the_imports_of_the_institution(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    roster = bookings.listed(booking=bookings.booking(training_class=a_class, now=now), now=now)
    browser = sign_in(cast.institution)
    assert browser.get(reverse("desk_roster", args=[roster.number])).status_code == 404
    assert browser.post(reverse("desk_roster_commit", args=[roster.number])).status_code == 404
    assert roster.number not in words(browser.get(reverse("desk_roster_send", args=[a_class.number])))


def test_the_class_page_lists_its_bookings_for_readers_too(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    booking = bookings.booking(training_class=a_class, now=now)
    address = reverse("desk_class", args=[a_class.number])
    listed = soup(sign_in(cast.auditor).get(address)).select_one("#groups")
    row = " ".join(listed.select_one("tbody tr").get_text(" ").split())
    assert row.startswith("烟台海风船务有限公司 林*任 138****0001 3 待确认名单")
    assert listed.select("a") == []
    links = soup(sign_in(cast.institution).get(address)).select("#groups a")
    assert [link["href"] for link in links] == [reverse("desk_group", args=[booking.number])]


@pytest.mark.parametrize("many", [1, 5])
def test_pages_take_as_many_statements_for_many_rows_as_for_one(
    many: int, cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime, django_assert_num_queries: Any
) -> None:
    browser = sign_in(cast.institution)
    bad = [[*sheets.person(place)[:8], "1"] for place in range(many)]
    for place in range(many):
        booking = bookings.booking(training_class=a_class, now=now)
        bookings.listed(booking=booking, now=now, rows=bad if place == 0 else None, first=100 * place)
    first = GroupBooking.objects.order_by("pk")[0]
    with django_assert_num_queries(PAGE):
        browser.get(reverse("desk_group", args=[first.number]))
    # A process reads the numbers of a version once.
    browser.get(reverse("desk_class", args=[a_class.number]))
    with django_assert_num_queries(CLASS_PAGE):
        browser.get(reverse("desk_class", args=[a_class.number]))


def test_the_page_of_a_booking_follows_its_class_from_suspended_to_cancelled(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    made = bookings.booking(training_class=a_class, now=now, by=cast.institution)
    browser, address = sign_in(cast.institution), reverse("desk_group", args=[made.number])

    def move(to: str) -> str:
        a_class.refresh_from_db()
        seating.advance(by=cast.city, training_class=a_class, to=TrainingClass.Status(to), now=now, reason="停电")
        return words(browser.get(address))

    stopped = move("suspended")
    told = ("班次已暂停", "名单等班次恢复后再上传和确认", "确定放弃", "更正单位或联系人", "上传并检查", "或人数")
    assert [one in stopped for one in told] == [True, True, True, True, False, False]
    assert "班次已暂停，这次团报保留着" in words(send(browser, made, [sheets.person(1)]))
    assert RosterImport.objects.count() == 0
    assert "上传并检查" in move("enrolling")
    ended = move("cancelled")
    told = ("班次已取消", "这次团报随之结束，没有占过名额", "已随班次结束", "确定放弃", "上传并检查")
    assert [one in ended for one in told] == [True, True, True, False, False]


def test_a_list_with_slips_is_sent_again_only_once_the_class_goes_on(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    made = bookings.booking(training_class=a_class, now=now, by=cast.institution)
    child = sheets.person(1, born_on=now.date().replace(year=now.year - 12))
    bookings.listed(booking=made, now=now, rows=[child, sheets.person(2), sheets.person(3)])
    browser, address = sign_in(cast.institution), reverse("desk_group", args=[made.number])
    assert "最后一列写明问题。改好后重新上传。" in words(browser.get(address))
    a_class.refresh_from_db()
    seating.advance(by=cast.city, training_class=a_class, to=TrainingClass.Status.SUSPENDED, now=now, reason="停电")
    page = words(browser.get(address))
    assert "最后一列写明问题。班次恢复后再上传。" in page
    assert "重新上传" not in page


def test_while_suspended_the_contact_is_corrected_and_another_number_stands_refused_at_its_field(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    made = bookings.booking(training_class=a_class, now=now, by=cast.institution)
    seating.advance(by=cast.city, training_class=a_class, to=TrainingClass.Status.SUSPENDED, now=now, reason="停电")
    browser, address = sign_in(cast.institution), reverse("desk_group_amend", args=[made.number])
    assert "现在可以更正单位和联系人，人数等恢复后再改" in words(browser.get(address))
    refused = browser.post(address, fields(seats="2"))
    assert refused.status_code == 422
    assert "人数请仍填 3。" in soup(refused).select_one("#id_seats").find_parent(class_="field").get_text()
    assert "已更正。" in words(browser.post(address, fields(contact="王经理", seats="3"), follow=True))
    made.refresh_from_db()
    assert (made.contact, made.seats) == ("王经理", 3)


def test_the_page_of_a_booking_whose_class_nobody_set_going_does_not_say_that_it_has_begun(
    cast: Cast, sign_in: Open, a_class: TrainingClass, now: datetime
) -> None:
    made = bookings.booking(training_class=a_class, now=now, by=cast.institution)
    seating.end_begun(now=now + timedelta(days=2))
    page = words(sign_in(cast.institution).get(reverse("desk_group", args=[made.number])))
    assert "已过开课日期或已停止报名，不再接收团报名单" in page
    assert "已开班" not in page


def test_the_page_of_a_booking_says_that_nobody_of_it_was_admitted_before_the_start(
    cast: Cast, sign_in: Open, now: datetime
) -> None:
    sheets.lists()
    reviewed = training_class(now=now, seats=10, mode=TrainingClass.Mode.REVIEWED)
    made = bookings.booking(training_class=reviewed, now=now, by=cast.institution)
    bookings.listed(booking=made, now=now)
    groups.confirm(booking=made, by=cast.institution, now=now)
    address = reverse("desk_group", args=[made.number])
    assert "本班审核录取" in words(sign_in(cast.institution).get(address))
    seating.end_begun(now=now + timedelta(days=2))
    page = words(sign_in(cast.institution).get(address))
    told = ("已随班次结束", "名单上的人开班前都没有录取", "本班审核录取", "人全部占到名额")
    assert [one in page for one in told] == [True, True, False, False]
