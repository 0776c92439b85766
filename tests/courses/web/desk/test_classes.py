"""Classes on the desk: planned without scripts, handed in, approved by another, followed to their completions."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses import classes, enrolment
from courses.models import Completion, CountEntry, Enrolment, Lesson, OutboxMessage, Project, Room, TrainingClass
from courses.policy import CITY_TIME
from tests.courses.web.desk.conftest import Cast, Open, propose_all, soup, words
from tests.factories import catalogue
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Finished = Callable[..., TrainingClass]


def plan_form(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "course": catalogue.course().pk,
        "district": catalogue.district().pk,
        "venue": catalogue.venue().pk,
        "room": "203 教室",
        "seats": 30,
        "mode": "first_come",
        "trainers": [cast.trainer.pk],
        "first_day": "2026-09-21",
        "weekdays": ["0", "2"],
        "starts": "14:00",
        "ends": "17:00",
        "number": 4,
        "theory": 3,
        **changes,
    }


def test_a_timetable_is_spun_from_a_first_day_weekdays_and_hours(cast: Cast, sign_in: Open) -> None:
    answer = sign_in(cast.institution).post(reverse("desk_class_new"), plan_form(cast))
    made = TrainingClass.objects.get()
    assert answer.headers["Location"] == reverse("desk_class", args=[made.number])
    told = [(lesson.starts_at.astimezone(CITY_TIME), lesson.minutes, lesson.part) for lesson in made.lessons.all()]
    assert [f"{start:%m-%d %H:%M}" for start, _minutes, _part in told] == [
        "09-21 14:00", "09-23 14:00", "09-28 14:00", "09-30 14:00",
    ]  # fmt: skip
    assert {minutes for _start, minutes, _part in told} == {180}
    assert [part for _start, _minutes, part in told] == [*[Lesson.Part.THEORY] * 3, Lesson.Part.PRACTICE]
    assert (made.status, made.institution, list(made.trainers.all())) == (
        "draft",
        catalogue.institution(),
        [cast.trainer],
    )


def test_a_class_draws_from_a_project_of_its_district_brand_and_period(cast: Cast, sign_in: Open) -> None:
    own = {"number": "XM-1", "name": "胶东海鲜专项", "sponsor": "市人社局", "planned": 600}
    period = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    fits = Project.objects.create(**own, **period, district=catalogue.district())
    over = Project.objects.create(**{**own, "number": "XM-2"}, starts_on=date(2026, 1, 1), ends_on=date(2026, 9, 22))
    client = sign_in(cast.institution)
    refused = client.post(reverse("desk_class_new"), plan_form(cast, project=over.pk))
    assert (refused.status_code, "不适用于这个班" in refused.content.decode()) == (422, True)
    client.post(reverse("desk_class_new"), plan_form(cast, project=fits.pk))
    assert [made.project for made in TrainingClass.objects.all()] == [fits]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first_day": "2026-09-01"}, "日期已过，请填今天或以后的日期。"),
        ({"ends": "13:00"}, "结束须晚于开始，请改一下时间。"),
        ({"weekdays": []}, "请至少选一天。"),
    ],
)
def test_a_plan_that_cannot_be_is_answered_with_what_to_change(
    changes: dict[str, object], sentence: str, cast: Cast, sign_in: Open
) -> None:
    answer = sign_in(cast.institution).post(reverse("desk_class_new"), plan_form(cast, **changes))
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert not TrainingClass.objects.exists()


def test_a_class_is_planned_only_for_ones_own_institution(cast: Cast, sign_in: Open) -> None:
    other = catalogue.institution("J002", "莱山学校")
    sign_in(cast.institution).post(reverse("desk_class_new"), plan_form(cast, institution=other.pk))
    assert TrainingClass.objects.get().institution == catalogue.institution()


def test_a_returned_class_is_planned_anew_from_its_own_values(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, approved=False, trainers=[cast.trainer], seats=17)
    page = soup(sign_in(cast.institution).get(reverse("desk_class_new"), {"from": made.number}))
    assert page.select_one("input[name=seats]")["value"] == "17"
    assert page.select_one("input[name=number]")["value"] == "2"


def test_a_class_goes_from_draft_to_enrolment_through_two_people(now: datetime, cast: Cast, sign_in: Open) -> None:
    catalogue.policy()
    made = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    answer = sign_in(cast.institution).post(reverse("desk_class_submit", args=[made.number]), follow=True)
    assert "已提交，等区市审核。" in words(answer)
    answer = sign_in(cast.district).post(reverse("desk_class_approve", args=[made.number]), follow=True)
    assert "已批准，班次开始报名。" in words(answer)
    made.refresh_from_db()
    assert (made.status, made.approved_by, made.policy_id is not None) == ("enrolling", cast.district, True)


def test_what_only_warns_stands_beside_the_button_that_approves(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=made, now=now)
    page = soup(sign_in(cast.district).get(reverse("desk_class", args=[made.number])))
    told = [item.get_text(" ", strip=True) for item in page.select("[aria-labelledby=steps] .opening-checks li")]
    assert told == ["理论实操比例不足 提示，由审核人决定 理论占 100%，实操占 0%；要求理论不少于 40%，实操不少于 40%。"]
    assert "提示，由审核人决定" not in words(sign_in(cast.institution).get(reverse("desk_class", args=[made.number])))


def test_a_draft_is_corrected_on_a_form_that_holds_what_it_states(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, approved=False, trainers=[cast.trainer], seats=17)
    browser, address = sign_in(cast.institution), reverse("desk_class_edit", args=[made.number])
    page = soup(browser.get(address))
    assert page.select_one("input[name=seats]")["value"] == "17"
    island = catalogue.venue("C016", catalogue.district("changdao", "长岛", "370614"))
    kept = {"course": made.course_id, "room": "渔家教室", "mode": "first_come", "trainers": [cast.trainer.pk]}
    sent = {**kept, "venue": island.pk, "seats": 18, "enrol_until": "2026-10-01T12:30"}
    answer = browser.post(address, sent, follow=True)
    assert "已保存修改。" in words(answer)
    assert "长岛" in words(answer)
    made.refresh_from_db()
    until = made.enrol_until.astimezone(CITY_TIME)
    assert (made.seats, made.district.key, f"{until:%m-%d %H:%M}") == (18, "changdao", "10-01 12:30")
    assert sign_in(cast.district).get(address).status_code == 403


def test_a_correction_that_cannot_be_is_answered_on_the_form(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, approved=False, trainers=[cast.trainer])
    browser, address = sign_in(cast.institution), reverse("desk_class_edit", args=[made.number])
    kept = {"course": made.course_id, "room": "203", "mode": "first_come", "seats": 30}
    for sent, sentence in (
        ({**kept}, "还不知道在哪个区市开班，未保存。"),
        ({**kept, "venue": made.venue_id, "enrol_until": "2026-12-01T08:00"}, "报名截止晚于末次课结束，未保存。"),
        ({**kept, "venue": made.venue_id, "enrol_until": "2026-09-13T08:00"}, "日期已过"),
    ):
        answer = browser.post(address, sent)
        assert (answer.status_code, sentence in words(answer)) == (422, True)
    classes.submit(by=cast.institution, training_class=made, now=now)
    assert "班次已提交审核，不能直接修改。" in words(browser.get(address, follow=True))


def test_before_a_class_begins_its_page_says_what_becomes_of_everybody(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=21), seats=1, trainers=[cast.trainer])
    for _ in range(3):
        enrolled(training_class=made, now=now)
    browser, address = sign_in(cast.institution), reverse("desk_class_start", args=[made.number])
    assert address in sign_in(cast.institution).get(reverse("desk_class", args=[made.number])).content.decode()
    early = words(browser.get(address))
    assert "还没到开班日" in early
    assert "确认截止报名并开班" not in early
    TrainingClass.objects.filter(pk=made.pk).update(starts_on=date(2026, 9, 14))
    page = soup(browser.get(address))
    told = {row.dt.get_text(): row.dd.find(string=True).strip() for row in page.select("dl.summary > div")}
    assert told == {"已录取": "1 人", "待审核": "0 人", "递补待答复": "0 人", "候补": "2 人"}
    assert "开班后，还没有录取的 2 人报名全部结束，不能恢复。" in words(browser.get(address))
    answer = browser.post(reverse("desk_class_advance", args=[made.number]), {"to": "running"}, follow=True)
    assert "班次现在是「开班中」" in words(answer)
    assert "班次现在不在报名中。" in words(browser.get(address, follow=True))


def test_a_suspended_class_is_offered_the_way_back_alone(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now, trainers=[cast.trainer])
    for to in (TrainingClass.Status.RUNNING, TrainingClass.Status.SUSPENDED):
        classes.advance(by=cast.district, training_class=made, to=to, now=now, reason="停电")
    text = words(sign_in(cast.district).get(reverse("desk_class", args=[made.number])))
    assert ("恢复上课" in text, "恢复报名" in text) == (True, False)


def test_who_handed_a_class_in_is_refused_its_approval_with_the_sentence(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.district, training_class=made, now=now)
    browser = sign_in(cast.district)
    assert "本人经手，须他人审核" in words(browser.get(reverse("desk_class", args=[made.number])))
    answer = browser.post(reverse("desk_class_approve", args=[made.number]), follow=True)
    assert "本人经手，须他人审核，未保存。" in words(answer)
    made.refresh_from_db()
    assert made.status == "submitted"


def test_a_return_without_a_reason_is_refused_and_one_with_it_is_kept(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=20), approved=False, trainers=[cast.trainer])
    classes.submit(by=cast.institution, training_class=made, now=now)
    browser, address = sign_in(cast.district), reverse("desk_class_return", args=[made.number])
    assert "请写明原因，未保存。" in words(browser.post(address, {"reason": " "}, follow=True))
    assert "课时与大纲不符" in words(browser.post(address, {"reason": "课时与大纲不符"}, follow=True))
    made.refresh_from_db()
    assert made.status == "returned"


def test_only_offered_steps_can_be_taken(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(hours=3))
    address = reverse("desk_class_advance", args=[made.number])
    answer = sign_in(cast.institution).post(address, {"to": "archived"}, follow=True)
    assert "班次现在不能这样办理，未保存。" in words(answer)
    sign_in(cast.inspector).post(address, {"to": "running"})
    made.refresh_from_db()
    assert made.status == "enrolling"
    sign_in(cast.institution).post(address, {"to": "running"})
    made.refresh_from_db()
    assert made.status == "running"


def test_a_closed_class_is_archived_by_its_district_and_offers_no_further_step(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now)
    TrainingClass.objects.filter(pk=made.pk).update(status="closed")
    address = reverse("desk_class_advance", args=[made.number])
    sign_in(cast.institution).post(address, {"to": "archived"})
    made.refresh_from_db()
    assert made.status == "closed"
    district, page = sign_in(cast.district), reverse("desk_class", args=[made.number])
    steps = 'form[action$="/advance/"]'
    assert soup(district.get(page)).select(steps)
    assert "已归档" in words(district.post(address, {"to": "archived"}, follow=True))
    assert not soup(district.get(page)).select(steps)
    made.refresh_from_db()
    assert (made.status, made.events.get(to_status="archived").by) == ("archived", cast.district)


def test_an_application_is_decided_by_the_institution(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, mode=TrainingClass.Mode.REVIEWED)
    row = enrolled(training_class=made, now=now)
    address = reverse("desk_enrolment_decide", args=[made.number, row.number])
    assert sign_in(cast.district).post(address, {"decision": "admit"}).status_code == 404
    sign_in(cast.institution).post(address, {"decision": "admit"})
    assert Enrolment.objects.get().status == Enrolment.Status.ADMITTED


def test_the_page_of_a_class_shows_masked_names_and_no_full_number(
    cast: Cast, sign_in: Open, submitted: Finished
) -> None:
    made = submitted(people_in=2)
    learner = made.enrolments.all()[0].learner
    page = sign_in(cast.city).get(reverse("desk_class", args=[made.number]))
    text = page.content.decode()
    assert "王*强" in text
    assert "王小强" not in text
    assert learner.phone not in text
    assert learner.documents.get().number not in text


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_a_class_takes_the_same_statements_for_one_learner_and_for_three(
    number: int, cast: Cast, sign_in: Open, submitted: Finished
) -> None:
    made = submitted(people_in=number)
    browser = sign_in(cast.city)
    address = reverse("desk_class", args=[made.number])
    browser.get(address)
    with CaptureQueriesContext(connection) as spent:
        browser.get(address)
    assert len(spent) == 17


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_take_the_same_statements_for_one_class_and_for_three(
    number: int, cast: Cast, sign_in: Open, submitted: Finished
) -> None:
    for _ in range(number):
        submitted(people_in=1)
    browser = sign_in(cast.city)
    spent = {}
    for name in ("desk_classes", "desk_completions"):
        browser.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            browser.get(reverse(name))
        spent[name] = len(captured)
    assert spent == {"desk_classes": 10, "desk_completions": 7}


def test_completions_travel_from_institution_to_district_and_a_changed_reasoning_is_shown(
    now: datetime, cast: Cast, sign_in: Open, finished: Finished
) -> None:
    made = finished(people_in=1)
    row = propose_all(made, by=cast.trainer, now=now)[0]
    told = {**row.proposed_reasoning}
    told["findings"] = [
        {**finding, "value": 300} if finding["code"] == "attendance" else finding for finding in told["findings"]
    ]
    Completion.objects.update(proposed_reasoning=told)
    answer = sign_in(cast.institution).post(reverse("desk_completions_submit", args=[made.number]), follow=True)
    assert "已提交 1 人结业，等区市批准。" in words(answer)
    assert "老师提出时为 6.6 学时（300 分钟），机构提交时为 8 学时（360 分钟）" in words(answer)


def test_one_completion_is_sent_back_with_its_reason(cast: Cast, sign_in: Open, submitted: Finished) -> None:
    submitted(people_in=1)
    row = Completion.objects.get()
    address = reverse("desk_completion_return", args=[row.number])
    answer = sign_in(cast.institution).post(address, {"reason": "x"}, follow=True)
    assert "这条结业现在是「机构已提交」，未改动" in words(answer)
    assert sign_in(cast.auditor).post(address, {"reason": "x"}).status_code == 404
    sign_in(cast.district).post(address, {"reason": "缺第 2 次课的说明"})
    row.refresh_from_db()
    assert (row.status, row.return_reason) == ("returned", "缺第 2 次课的说明")
    assert not CountEntry.objects.exists()


def test_cancelling_a_class_on_its_page_ends_its_enrolments_and_tells_them(
    now: datetime, cast: Cast, sign_in: Open
) -> None:
    made = training_class(now=now, first=now + timedelta(days=20), trainers=[cast.trainer])
    row = enrolled(training_class=made, now=now)
    sent = {"to": "cancelled", "reason": "场地停用"}
    answer = sign_in(cast.institution).post(reverse("desk_class_advance", args=[made.number]), sent, follow=True)
    assert "班次现在是「已取消」" in words(answer)
    row.refresh_from_db()
    assert (row.status, row.why) == ("withdrawn", "class_cancelled")
    assert OutboxMessage.objects.filter(kind="class_cancelled", learner=row.learner).count() == 1


def test_staff_read_on_the_page_of_the_class_why_nobody_moved_up(now: datetime, cast: Cast, sign_in: Open) -> None:
    made = training_class(now=now, first=now + timedelta(days=20), trainers=[cast.trainer], seats=1)
    first, _waits = (enrolled(training_class=made, now=now) for _ in range(2))
    TrainingClass.objects.filter(pk=made.pk).update(enrol_until=now - timedelta(hours=1))
    enrolment.withdraw(by=cast.institution, enrolment=first, reason="换班", now=now)
    assert "有空位，报名已截止，没有递补" in words(
        sign_in(cast.institution).get(reverse("desk_class", args=[made.number]))
    )


def listed_rooms(*names: str) -> None:
    for name in names:
        Room.objects.create(venue=catalogue.venue(), name=name, capacity=40)


@pytest.mark.parametrize("typed", ["203教室", "２０３ 教室", " 203  教室"])
def test_a_room_of_a_venue_with_a_list_is_kept_as_the_list_writes_it(cast: Cast, sign_in: Open, typed: str) -> None:
    listed_rooms("203 教室", "305 教室")
    sign_in(cast.institution).post(reverse("desk_class_new"), plan_form(cast, room=typed))
    made = TrainingClass.objects.get()
    assert {made.room, *made.lessons.values_list("room", flat=True)} == {"203 教室"}


def test_a_room_that_the_list_of_its_venue_does_not_know_is_refused_and_the_list_is_read_out(
    cast: Cast, sign_in: Open
) -> None:
    listed_rooms("203 教室", "305 教室")
    answer = sign_in(cast.institution).post(reverse("desk_class_new"), plan_form(cast, room="203 教师"))
    assert answer.status_code == 422
    assert "名单里没有这间教室。请从这几间里选：203 教室、305 教室。" in words(answer)
    assert not TrainingClass.objects.exists()


def test_a_venue_without_a_list_of_rooms_takes_what_is_written(cast: Cast, sign_in: Open) -> None:
    sign_in(cast.institution).post(reverse("desk_class_new"), plan_form(cast, room="院内大棚"))
    assert TrainingClass.objects.get().room == "院内大棚"


def test_the_form_offers_the_rooms_and_says_where_a_missing_venue_is_entered(cast: Cast, sign_in: Open) -> None:
    listed_rooms("203 教室", "305 教室")
    page = sign_in(cast.institution).get(reverse("desk_class_new"))
    offered = [(one["value"], one["label"]) for one in soup(page).select("datalist#rooms option")]
    assert offered == [("203 教室", "市技师学院 3 号楼"), ("305 教室", "市技师学院 3 号楼")]
    assert soup(page).select_one("#id_room")["list"] == "rooms"
    assert "没有的场地请联系市级主管部门登记" in words(page)
