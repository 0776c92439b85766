"""纸质签到表: printed, entered by one, confirmed by another; what counts, what does not, and who may not."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from courses import attendance, completion, enrolment, privacy
from courses.attendance import Mark, paper
from courses.attendance.paper import Difference, Found, SheetRefusal, SheetRefused, Signed
from courses.models import (
    Attendance,
    AuditEvent,
    Enrolment,
    Evidence,
    Learner,
    Lesson,
    PaperEntry,
    PaperLine,
    PaperPhoto,
    PaperSheet,
    User,
)
from courses.policy import CITY_TIME
from tests.courses.attendance.conftest import Room, leave, open_room, scan
from tests.factories import papers, people
from tests.factories.classes import enrolled, training_class

pytestmark = pytest.mark.django_db
Status = Attendance.Status
Outcome = PaperLine.Outcome
OVER = 190  # minutes after the start: the lesson is over


@pytest.fixture(autouse=True)
def _private(settings: Settings, tmp_path: Any) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    private = {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "private": private}


def printed(room: Room, minutes: float = -20) -> PaperSheet:
    return paper.print_sign_in(by=room.trainer, lesson=room.lesson, now=room.at(minutes))


def entered(
    room: Room,
    sheet: PaperSheet,
    *rows: Signed,
    signed: list[Signed] | None = None,
    minutes: float = OVER,
    why: str = "",
    by: User | None = None,
) -> PaperEntry:
    """Rows that are not named here bear no signature; `signed` says all of them, and the blank lines."""
    said = {one.position: one for one in rows}
    printed_rows = [said.get(place, Signed(place)) for place in range(1, sheet.rows.count() + 1)]
    return paper.enter(
        by=by or room.trainer,
        sheet=sheet,
        signed=printed_rows if signed is None else signed,
        photos=[ContentFile(papers.photo())],
        why=why,
        now=room.at(minutes),
    )


def both(position: int, came: time | None = None, left: time | None = None) -> Signed:
    return Signed(position, came=True, came_at=came, left=True, left_at=left)


def confirmed(room: Room, entry: PaperEntry, *positions: int, minutes: float = OVER + 1) -> int:
    chosen = positions or range(1, entry.lines.count() + 1)
    fresh = PaperEntry.objects.select_related("sheet__lesson").get(pk=entry.pk)
    return paper.confirm(by=people.user(), entry=fresh, positions=set(chosen), now=room.at(minutes))


def state(learner: Learner) -> tuple[str, int] | None:
    found = Attendance.objects.filter(learner=learner).first()
    return (found.status, found.minutes) if found else None


def refusal(deed: Any, *args: Any, **said: Any) -> str:
    with pytest.raises(SheetRefused) as caught, transaction.atomic():
        deed(*args, **said)
    assert caught.value.sentence
    return str(caught.value.code)


def outcomes(entry: PaperEntry) -> list[str]:
    return list(entry.lines.order_by("row__position").values_list("outcome", flat=True))


def test_a_print_keeps_its_number_who_when_and_the_rows_of_that_moment(room: Room) -> None:
    one, two = room.learner("王一"), room.learner("王二")
    sheet = printed(room)
    room.learner("王三")
    rows = paper.printed_rows(sheet=sheet)
    assert [(row.position, row.enrolment.learner.name) for row in rows] == [(1, "王一"), (2, "王二")]
    assert [row.last4 for row in rows] == [one.documents.get().number[-4:], two.documents.get().number[-4:]]
    assert (sheet.printed_by, sheet.printed_at, sheet.starts_at) == (room.trainer, room.at(-20), room.lesson.starts_at)
    assert printed(room).number != sheet.number
    assert AuditEvent.objects.filter(verb="sign_in_printed").count() == 2


def test_a_print_costs_the_same_for_two_and_for_six(
    room: Room, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (2, 4):
        for number in range(count):
            room.learner(f"王{number}")
        sheet = printed(room)
        with django_assert_num_queries(4):
            paper.printed_rows(sheet=sheet)


def test_nothing_on_paper_counts_before_another_person_has_confirmed_it(room: Room) -> None:
    one, two = room.learner("王一"), room.learner("王二")
    entry = entered(room, printed(room), both(1))
    assert (state(one), Evidence.objects.count()) == (None, 0)
    assert confirmed(room, entry) == 1
    assert state(one) == (Status.PRESENT, 180)
    assert state(two) is None
    assert outcomes(entry) == ["", Outcome.UNSIGNED]
    rows = Evidence.objects.order_by("pk")
    assert [(row.kind, row.direction, row.origin, row.strength) for row in rows] == [
        ("paper", "in", "paper", "proved"),
        ("paper", "out", "paper", "proved"),
    ]
    assert Attendance.objects.get().by_hand
    assert list(attendance.differences(now=room.at(OVER + 2))) == []


def test_who_entered_does_not_confirm_and_the_database_says_so_too(room: Room) -> None:
    room.learner()
    entry = entered(room, printed(room), both(1))
    said = {"by": room.trainer, "entry": entry, "now": room.at(OVER)}
    assert refusal(paper.confirm, positions={1}, **said) == SheetRefusal.SAME_PERSON
    assert refusal(paper.send_back, answer="重录", **said) == SheetRefusal.SAME_PERSON
    with pytest.raises(IntegrityError, match="paperentry_two_people"), transaction.atomic():
        PaperEntry.objects.filter(pk=entry.pk).update(
            status="confirmed", decided_by=room.trainer, decided_at=room.at(OVER)
        )
    assert not Evidence.objects.exists()


def test_evidence_of_paper_without_who_and_why_is_refused_by_the_database(room: Room) -> None:
    learner = room.learner()
    with pytest.raises(IntegrityError, match="evidence_by_hand_has_who_and_why"), transaction.atomic():
        Evidence.objects.create(
            receipt="R1", lesson=room.lesson, learner=learner, kind="paper", direction="in", strength="proved",
            origin="paper", happened_at=room.at(0), received_at=room.at(0),
        )  # fmt: skip


def test_a_sheet_is_entered_once_then_corrected_with_a_reason(room: Room) -> None:
    one, two = room.learner("王一"), room.learner("王二")
    sheet = printed(room)
    entry = entered(room, sheet, both(1), both(2))
    assert refusal(entered, room, sheet, both(1)) == SheetRefusal.WAITS_ALREADY
    confirmed(room, entry)
    assert (state(one), state(two)) == ((Status.PRESENT, 180), (Status.PRESENT, 180))
    assert refusal(entered, room, sheet, both(1)) == SheetRefusal.WHY_MISSING
    again = entered(room, sheet, both(1, came=time(9, 40)), why="第二行看错了")
    assert again.corrects_id == entry.pk
    assert state(two) == (Status.PRESENT, 180)
    assert confirmed(room, again) == 2
    assert (state(one), state(two)) == ((Status.LATE, 140), (Status.UNMARKED, 0))
    assert list(attendance.differences(now=room.at(OVER + 2))) == []


def test_two_first_entries_of_one_sheet_are_refused_by_the_database(room: Room) -> None:
    room.learner()
    sheet = printed(room)
    confirmed(room, entered(room, sheet, both(1)))
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperEntry.objects.create(number="N2", sheet=sheet, entered_by=room.trainer, entered_at=room.at(OVER))


def test_the_same_lesson_on_two_sheets_counts_once(room: Room) -> None:
    learner = room.learner()
    first, second = printed(room), printed(room)
    confirmed(room, entered(room, first, both(1)))
    entry = entered(room, second, both(1, came=time(9, 30)))
    assert confirmed(room, entry) == 0
    assert outcomes(entry) == [Outcome.ALREADY]
    assert state(learner) == (Status.PRESENT, 180)


def test_what_was_scanned_stands_and_paper_adds_what_is_missing(room: Room) -> None:
    late, gone, absent = room.learner("王一"), room.learner("王二"), room.learner("王三")
    scan(room, late, 40)
    scan(room, gone, 0)
    leave(room, gone, 100)
    attendance.mark(by=room.trainer, lesson=room.lesson, learner=absent, as_=Mark.ABSENT, reason="x", now=room.at(60))
    confirmed(room, entered(room, printed(room), both(1), both(2), both(3)))
    assert [state(one) for one in (late, gone, absent)] == [
        (Status.LATE, 140),
        (Status.LEFT_EARLY, 100),
        (Status.PRESENT, 180),
    ]
    assert list(attendance.differences(now=room.at(OVER + 2))) == []


def test_beside_a_scan_paper_says_no_time_even_where_it_sets_an_absence_aside(room: Room) -> None:
    """Scanned at 9:40, ticked absent; the sheet says nine o'clock, and half past nine when it is corrected."""
    learner, left = room.learner("王一"), room.learner("王二")
    scan(room, learner, 40)
    for person, as_ in ((learner, Mark.ABSENT), (left, Mark.PRESENT)):
        attendance.mark(by=room.trainer, lesson=room.lesson, learner=person, as_=as_, reason="x", now=room.at(60))
    leave(room, left, 100)
    attendance.mark(by=room.trainer, lesson=room.lesson, learner=left, as_=Mark.ABSENT, reason="x", now=room.at(110))
    sheet = printed(room)
    confirmed(room, entered(room, sheet, both(1), both(2)))
    assert (state(learner), state(left)) == ((Status.LATE, 140), (Status.LEFT_EARLY, 100))
    confirmed(room, entered(room, sheet, both(1, came=time(9, 30)), both(2), why="看错了"))
    assert (state(learner), state(left)) == ((Status.LATE, 140), (Status.LEFT_EARLY, 100))
    assert list(attendance.differences(now=room.at(OVER + 2))) == []


def test_a_correction_beside_a_scan_that_came_in_later_takes_the_time_of_paper_away(room: Room) -> None:
    learner = room.learner()
    sheet = printed(room)
    confirmed(room, entered(room, sheet, both(1, came=time(9, 30))))
    scan(room, learner, 40)
    confirmed(room, entered(room, sheet, both(1), why="看错了"))
    assert state(learner) == (Status.LATE, 140)


def test_the_one_who_confirms_sees_who_scanned_without_signing_and_the_reverse(room: Room) -> None:
    names = ("两样都有", "只扫码", "只签名", "时间不符", "没来", "只扫到课")
    people_in = [room.learner(name) for name in names]
    for place, minutes in ((0, 0), (1, 0), (3, 60), (5, 0)):
        scan(room, people_in[place], minutes)
    leave(room, people_in[0], 180)
    entry = entered(room, printed(room), both(1), both(3), both(4), both(6))
    found = [one.what for one in paper.compare(entry=entry, now=room.at(OVER))]
    assert found == [
        Difference.SAME,
        Difference.SCAN_ONLY,
        Difference.PAPER_ONLY,
        Difference.OTHER_TIME,
        Difference.UNSIGNED,
        Difference.ADDS_LEAVING,
    ]


def test_rows_that_are_not_ticked_are_turned_down(room: Room) -> None:
    one, two = room.learner("王一"), room.learner("王二")
    entry = entered(room, printed(room), both(1), both(2))
    assert confirmed(room, entry, 2) == 1
    assert (state(one), state(two)) == (None, (Status.PRESENT, 180))
    assert outcomes(entry) == [Outcome.TURNED_DOWN, ""]


def test_a_learner_who_left_before_the_lesson_is_printed_and_does_not_count(room: Room) -> None:
    mover, stays = room.learner("王一"), room.learner("王二")
    sheet = printed(room, -60)
    there = training_class(now=room.at(-20000), first=room.at(8 * 1440), course=room.a_class.course)
    own = Enrolment.objects.select_related("learner__user", "training_class__course").get(
        learner=mover, training_class=room.a_class
    )
    enrolment.transfer(by=people.user(), enrolment=own, to=there, reason="上班冲突", now=room.at(-30))
    entry = entered(room, sheet, both(1), both(2))
    assert paper.compare(entry=entry, now=room.at(OVER))[0].what == Difference.NOT_THEIRS
    assert confirmed(room, entry) == 1
    assert (state(mover), state(stays)) == (None, (Status.PRESENT, 180))
    assert outcomes(entry) == [Outcome.NOT_THEIRS, ""]


def test_a_learner_who_left_after_the_lesson_keeps_it(room: Room) -> None:
    mover = room.learner("王一")
    sheet = printed(room)
    there = training_class(now=room.at(-20000), first=room.at(8 * 1440), course=room.a_class.course)
    own = Enrolment.objects.select_related("learner__user", "training_class__course").get(
        learner=mover, training_class=room.a_class
    )
    enrolment.transfer(by=people.user(), enrolment=own, to=there, reason="上班冲突", now=room.at(OVER))
    confirmed(room, entered(room, sheet, both(1), minutes=OVER + 5), minutes=OVER + 6)
    assert state(mover) == (Status.PRESENT, 180)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": Lesson.Status.CANCELLED}, SheetRefusal.CANCELLED),
        ({"starts_at": timedelta(hours=1), "ends_at": timedelta(hours=1)}, SheetRefusal.MOVED),
    ],
)
def test_a_lesson_that_was_cancelled_or_moved_takes_no_sheet_of_before(
    room: Room, changes: dict[str, Any], code: SheetRefusal
) -> None:
    room.learner()
    sheet = printed(room)
    entry = entered(room, sheet, both(1))
    moved = {
        name: getattr(room.lesson, name) + value if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }
    Lesson.objects.filter(pk=room.lesson.pk).update(**moved)
    assert refusal(confirmed, room, entry) == code
    fresh = PaperSheet.objects.select_related("lesson", "training_class").get(pk=sheet.pk)
    paper.send_back(by=people.user(), entry=entry, answer="时间改了", now=room.at(OVER))
    assert refusal(entered, room, fresh, both(1), minutes=OVER + 100) == code
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(("minutes", "code"), [(179, SheetRefusal.NOT_OVER), (180 + 24 * 60 + 1, SheetRefusal.TOO_OLD)])
def test_an_entry_has_its_hours(room: Room, minutes: int, code: SheetRefusal) -> None:
    room.learner()
    assert refusal(entered, room, printed(room), both(1), minutes=minutes) == code


def test_hours_after_the_lesson_a_correction_takes_away_and_shifts_and_adds_nothing(room: Room) -> None:
    first, second = room.learner("王一"), room.learner("王二")
    sheet, late = printed(room), 180 + 24 * 60 + 1
    confirmed(room, entered(room, sheet, Signed(1, came=True)), minutes=late)
    for signed in ((both(1),), (Signed(1, came=True), Signed(2, came=True))):
        assert refusal(entered, room, sheet, *signed, minutes=late, why="漏了") == SheetRefusal.ADDED_LATE
    confirmed(room, entered(room, sheet, Signed(1, came=True, came_at=time(9, 40)), minutes=late, why="迟到"))
    assert (Attendance.objects.get(learner=first).in_at, state(second)) == (room.at(40), None)
    confirmed(room, entered(room, sheet, minutes=late, why="不是本人签的"))
    assert (state(first), state(second)) == ((Status.UNMARKED, 0), None)
    assert refusal(entered, room, sheet, Signed(1, came=True), minutes=late, why="是") == SheetRefusal.ADDED_LATE


def test_a_correction_in_time_adds_who_was_overlooked(room: Room) -> None:
    room.learner("王一")
    second = room.learner("王二")
    sheet = printed(room)
    confirmed(room, entered(room, sheet, both(1)))
    confirmed(room, entered(room, sheet, both(1), both(2), minutes=180 + 24 * 60, why="漏了第二行"))
    assert state(second) == (Status.PRESENT, 180)


def test_a_confirmation_may_come_later_than_the_entry(room: Room) -> None:
    learner = room.learner()
    confirmed(room, entered(room, printed(room), both(1), minutes=180 + 24 * 60), minutes=180 + 72 * 60)
    assert state(learner) == (Status.PRESENT, 180)


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (Signed(1), SheetRefusal.NOBODY_SIGNED),
        (Signed(1, left=True), SheetRefusal.OUT_WITHOUT_IN),
        (both(1, came=time(8, 29)), SheetRefusal.WRONG_TIMES),
        (both(1, left=time(12, 31)), SheetRefusal.WRONG_TIMES),
        (both(1, came=time(11), left=time(10)), SheetRefusal.WRONG_TIMES),
        (both(2), SheetRefusal.WHO_MISSING),
        (both(7), SheetRefusal.OTHER_ROWS),
    ],
)
def test_a_row_that_cannot_be_is_refused(room: Room, signed: Signed, code: SheetRefusal) -> None:
    room.learner()
    sheet, now = printed(room), room.at(OVER)
    said = {"by": room.trainer, "sheet": sheet, "photos": [ContentFile(papers.photo())], "why": "", "now": now}
    assert refusal(paper.enter, signed=[signed], **said) == code
    assert (PaperEntry.objects.count(), files()) == (0, [])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", None),
        ("905", time(9, 5)),
        ("0905", time(9, 5)),
        ("9：05", time(9, 5)),
        ("９.05", time(9, 5)),
        ("23:59", time(23, 59)),
    ],
)
def test_times_are_typed_as_people_write_them(text: str, read: time | None) -> None:
    assert paper.read_clock(text=text, position=1) == read


@pytest.mark.parametrize("text", ["9", "9:60", "24:00", "九点", "1:2:3"])
def test_a_time_that_is_none_names_its_row(text: str) -> None:
    assert refusal(paper.read_clock, text=text, position=7) == SheetRefusal.WRONG_CLOCK


def test_a_lesson_over_midnight_reads_the_clock_of_either_day(now: datetime, room: Room) -> None:
    night = Room(room.lesson, room.trainer)
    start = now.astimezone(CITY_TIME).replace(hour=22)
    Lesson.objects.filter(pk=room.lesson.pk).update(starts_at=start, ends_at=start + timedelta(hours=3))
    night.lesson.refresh_from_db()
    learner = night.learner()
    confirmed(night, entered(night, printed(night), both(1, came=time(22, 30), left=time(0, 30))))
    assert state(learner) == (Status.LEFT_EARLY, 120)


def test_who_is_on_the_sheet_handles_it_neither_way(room: Room) -> None:
    learner = room.learner()
    sheet = printed(room)
    assert learner.user is not None
    assert refusal(entered, room, sheet, both(1), by=learner.user) == SheetRefusal.OWN_ROW
    entry = entered(room, sheet, both(1))
    said = {"by": learner.user, "entry": entry, "positions": {1}, "now": room.at(OVER)}
    assert refusal(paper.confirm, **said) == SheetRefusal.OWN_ROW


def test_a_decision_is_made_once_and_a_return_says_why(room: Room) -> None:
    room.learner()
    sheet = printed(room)
    entry = entered(room, sheet, both(1))
    other = people.user()
    assert refusal(paper.send_back, by=other, entry=entry, answer=" ", now=room.at(OVER)) == SheetRefusal.REASON_MISSING
    paper.send_back(by=other, entry=entry, answer="少拍了一页", now=room.at(OVER))
    assert refusal(confirmed, room, entry) == SheetRefusal.DECIDED
    assert entered(room, sheet, both(1)).corrects_id is None


def test_who_entered_takes_it_back_and_nobody_else(room: Room) -> None:
    room.learner()
    sheet = printed(room)
    entry = entered(room, sheet, both(1))
    assert refusal(paper.take_back, by=people.user(), entry=entry, now=room.at(OVER)) == SheetRefusal.NOT_YOURS
    paper.take_back(by=room.trainer, entry=entry, now=room.at(OVER))
    assert entered(room, sheet, both(1)).status == PaperEntry.Status.ENTERED


def test_after_a_ruling_or_an_approved_completion_paper_changes_nothing(room: Room) -> None:
    learner = room.learner()
    Evidence.objects.create(
        receipt="RULED", lesson=room.lesson, learner=learner, kind="ruling", direction="in", strength="proved",
        origin="desk", happened_at=room.at(0), received_at=room.at(OVER), by=people.user(), reason="absent",
    )  # fmt: skip
    attendance.recompute(lesson=room.lesson, learner_id=learner.pk, now=room.at(OVER))
    entry = entered(room, printed(room), both(1))
    assert confirmed(room, entry) == 0
    assert (outcomes(entry), state(learner)) == ([Outcome.RULED], (Status.ABSENT, 0))


def test_whoever_entered_or_confirmed_a_sheet_does_not_approve_the_completions_that_rest_on_it(room: Room) -> None:
    learner = room.learner()
    Lesson.objects.filter(training_class=room.a_class).exclude(pk=room.lesson.pk).update(status="cancelled")
    entry = entered(room, printed(room), both(1))
    confirmed(room, entry)
    own = Enrolment.objects.select_related("learner", "training_class__policy").get(learner=learner)
    done = completion.propose(by=people.user(), enrolment=own, now=room.at(OVER + 5))
    entry.refresh_from_db()
    for by in (entry.entered_by, entry.decided_by):
        assert by is not None
        assert completion.deciding.interested(by=by, completions=[done]) == {done.pk}
    assert completion.deciding.interested(by=people.user(), completions=[done]) == set()


def files() -> list[str]:
    storage = storages["private"]
    return storage.listdir("sheets")[1] if storage.exists("sheets") else []


def test_the_picture_lies_encrypted_and_each_look_is_kept(room: Room) -> None:
    room.learner()
    entry = entered(room, printed(room), both(1))
    photo = entry.photos.get()
    [name] = files()
    with storages["private"].open(f"sheets/{name}") as file:
        assert not file.read().startswith(b"\xff\xd8")
    assert paper.look(by=people.user(), photo=photo, now=room.at(OVER)).startswith(b"\xff\xd8")
    assert AuditEvent.objects.filter(verb="sheet_photo_opened").count() == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ([], SheetRefusal.PHOTO_MISSING),
        ([b""], SheetRefusal.PHOTO_MISSING),
        ([b"MZ program"], SheetRefusal.PHOTO_TYPE),
        ([b"%PDF-1.7 broken"], SheetRefusal.PHOTO_UNREADABLE),
        ([papers.photo()] * 5, SheetRefusal.PHOTO_TOO_MANY),
        ([b"0" * (8 * 1024 * 1024 + 1)], SheetRefusal.PHOTO_TOO_LARGE),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_before_anything_is_saved(
    room: Room, content: list[bytes], code: SheetRefusal
) -> None:
    room.learner()
    said = {"by": room.trainer, "sheet": printed(room), "signed": [both(1)], "why": "", "now": room.at(OVER)}
    assert refusal(paper.enter, photos=[ContentFile(one) for one in content], **said) == code
    assert (PaperEntry.objects.count(), files()) == (0, [])


def test_pictures_go_with_the_class_files_and_those_of_a_return_sooner(room: Room) -> None:
    room.learner()
    sheet = printed(room)
    paper.send_back(by=people.user(), entry=entered(room, sheet, both(1)), answer="重拍", now=room.at(OVER))
    kept = entered(room, sheet, both(1))
    assert paper.sweep(now=room.at(OVER) + timedelta(days=89)) == 0
    assert paper.sweep(now=room.at(OVER) + timedelta(days=91)) == 1
    assert len(files()) == 1
    assert paper.sweep(now=room.at(OVER) + timedelta(days=366 * 10 + 30)) == 1
    assert (files(), PaperPhoto.objects.filter(deleted_at__isnull=False).count()) == ([], 2)
    assert kept.photos.get().size > 0


def test_new_keys_reach_the_pictures(room: Room, settings: Settings) -> None:
    room.learner()
    photo = entered(room, printed(room), both(1)).photos.get()
    assert paper.reencrypt_files() == 0
    settings.FIELD_KEYS = f"k9:{'OTk5' * 10}OTk=,{settings.FIELD_KEYS}"
    assert paper.reencrypt_files() == 1
    photo.refresh_from_db()
    assert paper.look(by=people.user(), photo=photo, now=room.at(OVER)).startswith(b"\xff\xd8")
    with storages["private"].open(photo.file) as file:
        assert privacy.is_current(file.read())


def test_a_pdf_is_kept_as_it_is(room: Room) -> None:
    room.learner()
    content = papers.pdf()
    entry = paper.enter(
        by=room.trainer, sheet=printed(room), signed=[both(1)], photos=[ContentFile(content)], why="", now=room.at(OVER)
    )
    assert paper.look(by=people.user(), photo=entry.photos.get(), now=room.at(OVER)) == content


def test_the_summary_counts_lessons_and_minutes_of_everybody(room: Room) -> None:
    here, away = room.learner("王一"), room.learner("王二")
    scan(room, here, 40)
    leave(room, here, 180)
    attendance.mark(by=room.trainer, lesson=room.lesson, learner=away, as_=Mark.SICK, reason="x", now=room.at(60))
    sheet = paper.print_summary(by=room.trainer, training_class=room.a_class, now=room.at(OVER))
    rows = paper.summary(sheet=sheet, now=room.at(OVER))
    assert [
        (row.position, row.progress.attended, row.progress.scheduled, row.late, row.excused, row.absent) for row in rows
    ] == [(1, 140, 360, 1, 0, 0), (2, 0, 360, 0, 1, 0)]
    assert refusal(entered, room, sheet, both(1), both(2)) == SheetRefusal.NO_SIGN_IN


def test_a_lesson_without_learners_prints_nothing(room: Room) -> None:
    assert refusal(printed, room) == SheetRefusal.NOBODY
    assert not PaperSheet.objects.exists()


@pytest.mark.parametrize("typed", ["b123 4567", " B1234567 ", "HTTPS://TIDELINE.EXAMPLE/S/B1234567/", "B1234567-x"])
def test_the_number_is_found_in_whatever_was_typed_or_scanned(typed: str) -> None:
    assert paper.find(code=typed) == Found("B1234567")


@pytest.mark.parametrize("typed", ["b123 4567-07", "B1234567-7", "HTTPS://TIDELINE.EXAMPLE/S/B1234567-07/"])
def test_the_row_is_found_as_well(typed: str) -> None:
    assert paper.find(code=typed) == Found("B1234567", 7)


# ── Blank lines ───────────────────────────────────────────────────────────────────────────────────────────────────────


def late_comer(room: Room, minutes: float) -> Enrolment:
    """Admitted at that minute of the lesson, after the sheet was printed."""
    own = enrolled(training_class=room.a_class, now=room.at(-9000), name="赵六")
    Enrolment.objects.filter(pk=own.pk).update(admitted_at=room.at(minutes))
    return own


def test_five_blank_lines_follow_the_names_and_who_signed_on_one_counts_after_the_check_of_another(room: Room) -> None:
    room.learner("王一")
    sheet = printed(room)
    came = late_comer(room, 30)
    assert (sheet.blanks, paper.blank_positions(sheet=sheet, rows=list(sheet.rows.all()))) == (5, [2, 3, 4, 5, 6])
    assert [row.number for row in paper.candidates(sheet=sheet)] == [came.number]
    signed = [Signed(1), Signed(3, came=True, left=True, enrolment=came.number), Signed(2)]
    entry = entered(room, sheet, signed=signed)
    assert list(sheet.rows.order_by("position").values_list("position", "enrolment", "added")) == [
        (1, sheet.rows.get(position=1).enrolment_id, False), (3, came.pk, True),
    ]  # fmt: skip
    assert state(came.learner) is None, "nothing counts before somebody else has looked"
    assert confirmed(room, entry, 3) == 1
    assert state(came.learner) == (Status.PRESENT, 180)
    assert [row.position for row in paper.printed_rows(sheet=sheet)] == [1], "the print stays what it was"


@pytest.mark.parametrize("admitted", [None, 180, 1000])
def test_a_blank_line_admits_nobody(admitted: float | None, room: Room) -> None:
    """Not in the class at all, or admitted when the lesson was over."""
    room.learner("王一")
    sheet = printed(room)
    if admitted is None:
        other = open_room(now=room.lesson.starts_at + timedelta(days=1))
        stranger = Enrolment.objects.get(learner=other.learner("钱七"))
    else:
        stranger = late_comer(room, admitted)
    assert paper.candidates(sheet=sheet) == []
    for number in (stranger.number, "B0000000000"):
        signed = [Signed(1), Signed(2, came=True, enrolment=number)]
        assert refusal(entered, room, sheet, signed=signed, minutes=1010) == SheetRefusal.NOT_IN_CLASS
    assert refusal(entered, room, sheet, signed=[Signed(1), Signed(2, came=True)]) == SheetRefusal.WHO_MISSING
    assert (sheet.rows.count(), PaperEntry.objects.count()) == (1, 0)
    assert Enrolment.objects.filter(training_class=room.a_class, status="admitted").count() == (
        1 if admitted is None else 2
    )


def test_nobody_is_named_on_two_lines_nor_enters_the_line_on_which_they_signed(room: Room) -> None:
    sheet_of = room.learner("王一")
    sheet = printed(room)
    came = late_comer(room, 30)
    twice = [Signed(1), *(Signed(place, came=True, enrolment=came.number) for place in (2, 3))]
    assert refusal(entered, room, sheet, signed=twice) == SheetRefusal.NOT_IN_CLASS
    listed = [Signed(1), Signed(2, came=True, enrolment=Enrolment.objects.get(learner=sheet_of).number)]
    assert refusal(entered, room, sheet, signed=listed) == SheetRefusal.NOT_IN_CLASS
    own = [Signed(1), Signed(2, came=True, enrolment=came.number)]
    assert came.learner.user is not None
    assert refusal(entered, room, sheet, signed=own, by=came.learner.user) == SheetRefusal.OWN_ROW


def test_a_correction_names_somebody_on_a_blank_line_in_time_and_not_afterwards(room: Room) -> None:
    room.learner("王一")
    sheet = printed(room)
    first, second = late_comer(room, 30), late_comer(room, 40)
    confirmed(room, entered(room, sheet, both(1)))
    signed = [both(1), Signed(2, came=True, left=True, enrolment=first.number)]
    confirmed(room, entered(room, sheet, signed=signed, why="漏了手写的一行", minutes=OVER + 60), minutes=OVER + 61)
    assert state(first.learner) == (Status.PRESENT, 180)
    signed = [both(1), both(2), Signed(3, came=True, enrolment=second.number)]
    too_late = {"signed": signed, "why": "还有一行", "minutes": 180 + 24 * 60 + 1}
    assert refusal(entered, room, sheet, **too_late) == SheetRefusal.ADDED_LATE
