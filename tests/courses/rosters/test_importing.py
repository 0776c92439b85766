"""From a file to seats: every bad cell named, all or none, once, and back."""

import importlib
import io
from collections.abc import Callable
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import enrolment, rosters
from courses.models import (
    AuditEvent,
    Consent,
    Enrolment,
    EnrolmentDraft,
    IdentityDocument,
    Learner,
    LearnerCategory,
    OutboxMessage,
    RosterImport,
    RosterRow,
    TrainingClass,
    User,
)
from courses.rosters import RosterRefusal, RosterRefused
from tests.factories import catalogue, people, sheets
from tests.factories.classes import enrolled

pytestmark = pytest.mark.django_db
Status, Verdict, Decision = RosterImport.Status, RosterRow.Verdict, RosterRow.Decision


def slips(roster) -> list[tuple[str, str]]:
    return [(slip.cell, slip.heading) for slip in rosters.slips(roster=roster)]


def sentences(roster) -> str:
    return " ".join(slip.text for slip in rosters.slips(roster=roster))


def verdicts(roster) -> dict[int, str]:
    return dict(roster.rows.values_list("row_no", "verdict"))


def refusal_of(function, **arguments) -> str:
    with pytest.raises(RosterRefused) as refused:
        function(**arguments)
    return str(refused.value.code)


def changed(cell: str, value: object, *, number_format: str = ""):
    def change(page) -> None:
        page[cell] = value
        if number_format:
            page[cell].number_format = number_format

    return change


def test_checking_writes_nobody_and_keeps_nothing_readable(send, tmp_path) -> None:
    number = people.resident_number()
    roster = send(sheets.xlsx([sheets.person(1, name="王小强", number=number, born_on=None)]))
    assert (Learner.objects.count(), Enrolment.objects.count(), OutboxMessage.objects.count()) == (0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM courses_rosterrow")
        assert number not in cursor.fetchone()[0]
    stored = (tmp_path / "rosters" / roster.number).read_bytes()
    assert b"PK" not in stored[:4]
    assert number.encode() not in stored


def test_a_list_vouches_for_those_on_it_and_the_version_of_the_text_is_kept(send, sender, now) -> None:
    catalogue.consent_notice("truth-of-status")
    rosters.commit(roster=send(sheets.xlsx([sheets.person(1)])), by=sender, now=now)
    assert Enrolment.objects.get().truth == "1.0"


def test_a_good_roster_is_registered_and_seated_in_the_order_of_the_sheet(send, a_class, sender, now) -> None:
    known = people.learner(now=now, name="李强", with_login=False)
    document = IdentityDocument.objects.get(learner=known)
    rows = [sheets.person(3), sheets.person(1, name="李 强", number=document.number, born_on=known.born_on)]
    roster = send(sheets.xlsx(rows))
    assert verdicts(roster) == {2: Verdict.NEW, 3: Verdict.KNOWN}
    rosters.commit(roster=roster, by=sender, now=now)
    made = list(Enrolment.objects.order_by("arrival_no"))
    assert [(row.learner.name, row.status, row.source) for row in made] == [
        ("刘强", "admitted", "import"),
        ("李强", "admitted", "import"),
    ]
    assert made[1].learner == known
    assert {row.category.key for row in made} == {"unemp"}
    assert enrolment.occupancy_differences() == []
    newcomer = made[0].learner
    assert (newcomer.education.key, newcomer.phone, newcomer.verified_at) == ("31", "19900000003", now)
    assert newcomer.documents.get().number == rows[0][4]
    assert set(Consent.objects.values_list("learner", flat=True)) <= {newcomer.pk}
    assert set(roster.rows.values_list("payload", flat=True)) == {None}
    assert set(AuditEvent.objects.filter(by_id=sender.pk).values_list("verb", flat=True)) >= {
        "roster_received", "roster_committed", "identity_verified", "enrolment_applied",
    }  # fmt: skip


def test_everybody_is_told_once_later_and_one_after_the_other(send, sender, now) -> None:
    roster = send(sheets.xlsx([sheets.person(place) for place in range(1, 4)]))
    rosters.commit(roster=roster, by=sender, now=now)
    due = list(
        OutboxMessage.objects.filter(kind="enrolment_admitted").order_by("due_at").values_list("due_at", flat=True)
    )
    assert [moment - now for moment in due] == [timedelta(minutes=10, seconds=place) for place in range(3)]


@pytest.mark.parametrize(
    ("cell", "value", "heading", "says"),
    [
        ("E2", 370602199001011234, "证件号码", "后 3 位已经丢失"),
        ("E2", 3.70602199001011e17, "证件号码", "后 3 位已经丢失"),
        ("E2", "3.70602E+17", "证件号码", "3.7E+17"),
        ("E2", "370602199001011000", "证件号码", "末三位是 000"),
        ("E2", "37060219900101123", "证件号码", "现在是 17 位"),
        ("E2", "=A1", "证件号码", "公式"),
        ("E2", None, "证件号码", "请填写"),
        ("B2", None, "姓名", "没有填姓名"),
        ("B2", "王123", "姓名", "数字"),
        ("F2", "1990-13-01", "出生日期", "哪一天"),
        ("F2", "1990-01-02", "出生日期", "出生日期不同"),
        ("F2", 32875, "出生日期", "出生日期不同"),
        ("C2", "中", "性别", "男"),
        ("D2", "军官证", "证件类型", "没有「军官证」"),
        ("G2", "大学专可", "文化程度", "是不是「大学专科」"),
        ("H2", "登记失业", "人员类别", "是不是「登记失业人员」"),
        ("I2", "0535-6600000", "联系电话", "固定电话"),
        ("I2", "1990000", "联系电话", "现在是 7 位"),
    ],
)
def test_each_bad_cell_is_named_by_row_and_column(send, sender, now, cell, value, heading, says) -> None:
    roster = send(sheets.xlsx([sheets.person(1), sheets.person(2)], change=changed(cell, value)))
    assert slips(roster) == [(cell, heading)]
    assert says in sentences(roster)
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.HAS_PROBLEMS
    assert Enrolment.objects.count() == 0


@pytest.mark.parametrize("value", [24110, "1966年1月3日", "1966/1/3", "19660103", "1966.01.03", "1966-01-03 00:00:00"])
def test_dates_are_read_as_people_and_spreadsheets_write_them(send, value) -> None:
    assert slips(send(sheets.xlsx([sheets.person(2)], change=changed("F2", value)))) == []


def test_a_phone_kept_as_a_number_loses_nothing(send, sender, now) -> None:
    roster = send(sheets.xlsx([sheets.person(1)], change=changed("I2", 19900000001)))
    rosters.commit(roster=roster, by=sender, now=now)
    assert Learner.objects.get().phone == "19900000001"


def test_the_same_document_twice_is_named_with_its_first_line(send) -> None:
    one = sheets.person(1)
    roster = send(sheets.xlsx([one, sheets.person(2), [*one[:4], one[4].lower(), *one[5:]]]))
    assert slips(roster) == [("E4", "证件号码")]
    assert "第 2 行" in sentences(roster)


def test_hidden_rows_and_merged_cells_are_named(send) -> None:
    def change(page) -> None:
        page.row_dimensions[3].hidden = True
        page.merge_cells("H4:H5")

    roster = send(sheets.xlsx([sheets.person(place) for place in range(1, 5)], change=change))
    assert slips(roster) == [("", ""), ("H4", "人员类别"), ("H5", "人员类别")]


def test_what_is_left_out_is_said(send) -> None:
    def change(page) -> None:
        page["J1"], page["J2"] = "民族", "汉"
        page.parent.create_sheet("附表")["A1"] = "x"
        page.column_dimensions["F"].hidden = True

    said = " ".join(send(sheets.xlsx([sheets.person(1)], change=change)).remarks)
    assert [word in said for word in ("民族", "附表", "F")] == [True, True, True]


def test_a_name_one_character_off_is_asked_and_another_person_is_refused(send, sender, a_class, now) -> None:
    near, far = people.learner(now=now, name="王晓强"), people.learner(now=now, name="赵大海")
    numbers = [IdentityDocument.objects.get(learner=one).number for one in (near, far)]
    rows = [sheets.person(1, name="王小强", number=numbers[0], born_on=near.born_on)]
    roster = send(sheets.xlsx(rows))
    assert verdicts(roster) == {2: Verdict.ASK}
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.HAS_PROBLEMS
    rosters.decide(roster=roster, decisions={2: Decision.SAME}, by=sender, now=now)
    rosters.commit(roster=roster, by=sender, now=now)
    assert Enrolment.objects.get().learner == near
    other = send(sheets.xlsx([sheets.person(2, name="孙某", number=numbers[1], born_on=far.born_on)]))
    assert slips(other) == [("B2", "姓名")]
    assert "赵" not in sentences(other)


def test_a_question_is_put_at_its_cell_and_says_neither_name_nor_number(send, now) -> None:
    known = people.learner(now=now, name="劉曉強")
    number = IdentityDocument.objects.get(learner=known).number
    roster = send(sheets.xlsx([sheets.person(1, name="刘晓强", number=number, born_on=known.born_on)]))
    (asked,) = rosters.questions(roster=roster)
    assert (asked.row_no, asked.slip.cell, asked.slip.heading) == (2, "B2", "姓名")
    assert (asked.offer, asked.decision) == (Decision.SAME, "")
    assert "劉" not in asked.slip.text
    assert number[-4:] not in asked.slip.text


def akin_by_phone(now, **changes: str) -> list[str]:
    """A line of somebody who is on record under another document, and signs in with the same phone."""
    line = sheets.person(1, name="王小强")
    other = people.resident_number(born_on=date(1966, 1, 2), serial=901)
    made = {"name": "王晓强", "document": other, "phone": line[8], "born_on": date(1966, 1, 2), "sex": "1"}
    people.learner(now=now, **{**made, **changes})
    return line


def test_who_may_be_known_under_another_document_is_asked_about_at_the_phone(send, sender, now) -> None:
    roster = send(sheets.xlsx([akin_by_phone(now), sheets.person(3)]))
    (asked,) = rosters.questions(roster=roster)
    assert (asked.slip.cell, asked.slip.heading, asked.offer) == ("I2", "联系电话", Decision.NEW)
    assert rosters.outlook(roster=roster).undecided == 1
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.HAS_PROBLEMS
    rosters.decide(roster=roster, decisions={2: Decision.NEW}, by=sender, now=now)
    assert rosters.outlook(roster=roster).enrols == 2
    rosters.commit(roster=roster, by=sender, now=now)
    assert (Enrolment.objects.count(), Learner.objects.filter(name="王小强").count()) == (2, 1)


def test_who_is_the_same_person_by_another_document_is_left_out_of_this_list(send, sender, now) -> None:
    """Nobody is enrolled under a document that is not theirs, and the sender never sees the one on record."""
    roster = send(sheets.xlsx([akin_by_phone(now), sheets.person(3)]))
    (asked,) = rosters.questions(roster=roster)
    assert ("请选「不导入这一行」" in asked.slip.text, "窗口" in asked.slip.text) == (True, True)
    for answers in ({2: Decision.SAME}, {2: "other"}):
        said = {"roster": roster, "decisions": answers, "by": sender, "now": now}
        assert refusal_of(rosters.decide, **said) == RosterRefusal.UNKNOWN_DECISION
    rosters.decide(roster=roster, decisions={2: Decision.SKIP, 3: Decision.SAME}, by=sender, now=now)
    rosters.commit(roster=roster, by=sender, now=now)
    assert [one.learner.name for one in Enrolment.objects.all()] == [sheets.person(3)[1]]


@pytest.mark.parametrize(
    "changes", [{"name": "赵大海"}, {"born_on": date(1968, 1, 2)}, {"sex": "2"}, {"phone": "19888888888"}]
)
def test_a_family_on_one_phone_is_told_apart(send, now, changes) -> None:
    roster = send(sheets.xlsx([akin_by_phone(now, **changes)]))
    assert verdicts(roster) == {2: Verdict.NEW}


def guesses(line: list[str], many: int) -> list[list[str]]:
    """Lines of one name and one phone, each born on another day: the first is the one on record."""
    others = [sheets.person(place, name=line[1]) for place in range(2, many + 1)]
    return [line, *([*other[:8], line[8]] for other in others)]


def test_a_phone_on_many_lines_tells_nothing_of_whom_it_belongs_to(send, now) -> None:
    """Whoever knows a name and a phone does not learn the birth date by guessing in one file."""
    roster = send(sheets.xlsx([*guesses(akin_by_phone(now), 4), sheets.person(5)]))
    assert rosters.questions(roster=roster) == []
    assert slips(roster) == [(f"I{row}", "联系电话") for row in range(2, 6)]
    assert len({slip.text for slip in rosters.slips(roster=roster)}) == 1
    assert "填了 4 行，最多 3 行" in sentences(roster)
    assert verdicts(roster)[6] == Verdict.NEW


def test_a_family_of_three_may_share_a_phone(send, now) -> None:
    roster = send(sheets.xlsx(guesses(akin_by_phone(now), 3)))
    assert verdicts(roster) == {2: Verdict.ASK, 3: Verdict.NEW, 4: Verdict.NEW}


def test_how_many_questions_an_upload_was_asked_is_on_record_once(send, sender, a_class, now) -> None:
    known = people.learner(now=now, name="劉曉強")
    number = IdentityDocument.objects.get(learner=known).number
    near = sheets.person(4, name="刘晓强", number=number, born_on=known.born_on)
    roster = send(sheets.xlsx([akin_by_phone(now), sheets.person(3), near]))
    rosters.check(roster=roster, now=now)
    event = AuditEvent.objects.get(verb="roster_checked")
    assert (event.by_id, event.target) == (sender.pk, roster.number)
    assert event.detail == {"class": a_class.number, "rows": 3, "asked": {"name": 1, "phone": 1}}


def test_who_decided_what_of_which_line_is_on_record_once(send, sender, a_class, now) -> None:
    roster = send(sheets.xlsx([akin_by_phone(now), sheets.person(3)]))
    officer = people.user()
    for answer in (Decision.SKIP, Decision.NEW, Decision.NEW):
        rosters.decide(roster=roster, decisions={2: answer, 3: Decision.NEW}, by=officer, now=now)
    events = list(AuditEvent.objects.filter(verb="roster_decided").order_by("id"))
    assert {(event.by_id, event.target) for event in events} == {(officer.pk, roster.number)}
    said = [{"class": a_class.number, "rows": {answer: [2]}} for answer in ("skip", "new")]
    assert [event.detail for event in events] == said


def under_another_name(line: list[str], now) -> None:
    Learner.objects.update(name="赵大海")


def with_another_phone(line: list[str], now) -> None:
    User.objects.filter(learner__isnull=False).update(phone_digest="x")


def by_the_document_of_the_line(line: list[str], now) -> None:
    IdentityDocument.objects.update(until=now)
    Learner.objects.update(name=line[1])
    people.attach_document(Learner.objects.get(), line[4], now=now)


@pytest.mark.parametrize("change", [under_another_name, with_another_phone, by_the_document_of_the_line])
def test_a_line_that_was_to_be_left_out_stays_out(send, sender, now, change) -> None:
    """Between the answer and the confirmation nothing is left to ask."""
    line = akin_by_phone(now)
    roster = send(sheets.xlsx([line, sheets.person(3)]))
    rosters.decide(roster=roster, decisions={2: Decision.SKIP}, by=sender, now=now)
    change(line, now)
    rosters.check(roster=roster, now=now)
    assert verdicts(roster)[2] in (Verdict.NEW, Verdict.KNOWN)
    seen = rosters.outlook(roster=roster)
    assert (seen.counts, seen.left_out, seen.enrols, seen.may_commit) == ({Verdict.NEW: 1}, 1, 1, True)
    rosters.commit(roster=roster, by=sender, now=now)
    assert [one.learner.name for one in Enrolment.objects.all()] == [sheets.person(3)[1]]


def test_an_answer_to_another_question_does_not_stand(send, sender, now) -> None:
    """Between the answer and the confirmation the person was registered by the very document of the line."""
    line = akin_by_phone(now)
    roster = send(sheets.xlsx([line]))
    rosters.decide(roster=roster, decisions={2: Decision.NEW}, by=sender, now=now)
    IdentityDocument.objects.update(until=now)
    people.attach_document(Learner.objects.get(), line[4], now=now)
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.HAS_PROBLEMS
    (asked,) = rosters.questions(roster=roster)
    assert (asked.slip.cell, asked.offer, asked.decision) == ("B2", Decision.SAME, "")


def answered_meanwhile(monkeypatch, step: str, answer: Callable[[], None]) -> None:
    """Somebody else answers once the lines are judged for `step`, and before anything comes of it."""
    module = importlib.import_module(f"courses.rosters.{step}")
    judge = module.judge

    def judged_and_answered(**arguments):
        judged = judge(**arguments)
        monkeypatch.setattr(module, "judge", judge)
        answer()
        return judged

    monkeypatch.setattr(module, "judge", judged_and_answered)


def test_a_line_left_out_while_the_list_is_confirmed_is_not_enrolled(send, sender, now, monkeypatch) -> None:
    roster = send(sheets.xlsx([akin_by_phone(now), sheets.person(3)]))
    rosters.decide(roster=roster, decisions={2: Decision.NEW}, by=sender, now=now)
    other = {"roster": RosterImport.objects.get(), "decisions": {2: Decision.SKIP}, "by": people.user(), "now": now}
    answered_meanwhile(monkeypatch, "commit", lambda: rosters.decide(**other))
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.ANSWERED_SINCE
    roster.refresh_from_db()
    assert (roster.status, Enrolment.objects.count(), Learner.objects.count()) == (Status.CHECKED, 0, 1)
    rosters.commit(roster=roster, by=sender, now=now)
    assert [one.learner.name for one in Enrolment.objects.all()] == [sheets.person(3)[1]]


def test_nobody_answers_of_a_list_that_is_imported_and_an_answer_holds_it_first(send, sender, now) -> None:
    roster = send(sheets.xlsx([akin_by_phone(now), sheets.person(3)]))
    said = {"roster": RosterImport.objects.get(), "by": sender, "now": now}
    with CaptureQueriesContext(connection) as queries:
        rosters.decide(decisions={2: Decision.NEW}, **said)
    held = next(query["sql"] for query in queries if "SELECT" in query["sql"])
    assert "courses_rosterimport" in held
    assert ("FOR NO KEY UPDATE" in held) == connection.features.has_select_for_update
    rosters.commit(roster=roster, by=sender, now=now)
    assert refusal_of(rosters.decide, decisions={2: Decision.SKIP}, **said) == RosterRefusal.NOT_CHECKED
    assert roster.rows.get(row_no=2).decision == Decision.NEW


@pytest.mark.parametrize("first", [Decision.NONE, Decision.NEW])
def test_a_check_writes_no_answer_over_one_given_since(send, sender, now, monkeypatch, first) -> None:
    """Also where it takes an answer back that belonged to another question."""
    line = akin_by_phone(now)
    roster = send(sheets.xlsx([line]))
    if first:
        rosters.decide(roster=roster, decisions={2: first}, by=sender, now=now)
        IdentityDocument.objects.update(until=now)
        people.attach_document(Learner.objects.get(), line[4], now=now)
    said = {"roster": roster, "decisions": {2: Decision.SKIP}, "by": people.user(), "now": now}
    answered_meanwhile(monkeypatch, "staging", lambda: rosters.decide(**said))
    rosters.check(roster=roster, now=now)
    (asked,) = rosters.questions(roster=roster)
    assert asked.decision == Decision.SKIP


def near_a_known_person(now) -> list[str]:
    known = people.learner(now=now, name="劉曉強")
    number = IdentityDocument.objects.get(learner=known).number
    return sheets.person(1, name="刘晓强", number=number, born_on=known.born_on)


def test_a_line_left_out_never_blocks_the_list_whatever_is_wrong_with_it_since(send, sender, now) -> None:
    roster = send(sheets.xlsx([near_a_known_person(now), sheets.person(3)]))
    rosters.decide(roster=roster, decisions={2: Decision.SKIP}, by=sender, now=now)
    Learner.objects.update(name="赵大海")
    rosters.check(roster=roster, now=now)
    assert (verdicts(roster)[2], slips(roster)) == (Verdict.BAD, [])
    seen = rosters.outlook(roster=roster)
    assert (seen.counts, seen.left_out, seen.enrols, seen.may_commit) == ({Verdict.NEW: 1}, 1, 1, True)
    rosters.commit(roster=roster, by=sender, now=now)
    assert [one.learner.name for one in Enrolment.objects.all()] == [sheets.person(3)[1]]


def test_a_line_that_was_answered_counts_as_what_it_was_answered_to_be(send, sender, now) -> None:
    roster = send(sheets.xlsx([near_a_known_person(now), akin_by_phone(now)]))
    assert rosters.outlook(roster=roster).counts == {Verdict.ASK: 2}
    rosters.decide(roster=roster, decisions={2: Decision.SAME, 3: Decision.NEW}, by=sender, now=now)
    seen = rosters.outlook(roster=roster)
    assert (seen.counts, seen.undecided, seen.enrols) == ({Verdict.KNOWN: 1, Verdict.NEW: 1}, 0, 2)


def test_who_is_in_the_class_already_is_left_as_they_are(send, sender, a_class, now) -> None:
    there = enrolled(training_class=a_class, now=now)
    number = IdentityDocument.objects.get(learner=there.learner).number
    mine = sheets.person(1, name=there.learner.name, number=number, born_on=there.learner.born_on)
    roster = send(sheets.xlsx([mine, sheets.person(2)]))
    assert verdicts(roster) == {2: Verdict.ALREADY, 3: Verdict.NEW}
    rosters.commit(roster=roster, by=sender, now=now)
    assert Enrolment.objects.count() == 2


def test_whoever_may_not_enrol_is_refused_by_the_rules_of_enrolment(send, now) -> None:
    child = now.date().replace(year=now.year - 14)
    roster = send(sheets.xlsx([sheets.person(1, born_on=child)]))
    assert "16" in sentences(roster)


def test_too_few_seats_are_said_before_anything_is_written(send, sender, a_class, now) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=2)
    roster = send(sheets.xlsx([sheets.person(place) for place in range(1, 4)]))
    seen = rosters.outlook(roster=roster)
    assert (seen.enrols, seen.free, seen.refusal.code) == (3, 2, RosterRefusal.NO_SEATS)
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.NO_SEATS
    assert (Learner.objects.count(), Enrolment.objects.count()) == (0, 0)


def test_an_import_does_not_overtake_the_waiting_list(send, sender, a_class, now) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=1)
    enrolled(training_class=a_class, now=now), enrolled(training_class=a_class, now=now)
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=9)
    roster = send(sheets.xlsx([sheets.person(1)]))
    assert refusal_of(rosters.commit, roster=roster, by=sender, now=now) == RosterRefusal.QUEUE


def test_the_roster_of_another_class_is_noticed(send, a_class) -> None:
    def change(page) -> None:
        page["J1"], page["J2"], page["J3"] = "班级编号", a_class.number.lower(), "OTHER1"

    assert slips(send(sheets.xlsx([sheets.person(1), sheets.person(2)], change=change))) == [("J3", "班级编号")]


def test_a_file_is_imported_once(send, sender, now) -> None:
    content = sheets.xlsx([sheets.person(1)])
    roster = send(content)
    rosters.commit(roster=roster, by=sender, now=now)
    rosters.commit(roster=RosterImport.objects.get(), by=sender, now=now)
    assert Enrolment.objects.count() == 1
    assert refusal_of(send, content=content) == RosterRefusal.ALREADY_IMPORTED


def test_an_upload_that_was_never_confirmed_gives_way_to_the_next(send, tmp_path) -> None:
    first = send(sheets.xlsx([sheets.person(1)]))
    second = send(sheets.xlsx([sheets.person(2)]))
    first.refresh_from_db()
    assert (first.status, first.rows.count()) == (Status.DISCARDED, 0)
    assert [path.name for path in (tmp_path / "rosters").iterdir()] == [second.number]


def test_without_the_consent_of_those_listed_nothing_is_read(send) -> None:
    assert refusal_of(send, content=b"", consent=False) == RosterRefusal.CONSENT_MISSING


def test_undoing_at_once_frees_the_seats_and_nobody_hears_of_it(send, sender, a_class, now) -> None:
    stays = enrolled(training_class=a_class, now=now)
    OutboxMessage.objects.all().delete()
    content = sheets.xlsx([sheets.person(1), sheets.person(2)])
    roster = rosters.commit(roster=send(content), by=sender, now=now)
    assert rosters.undo(roster=roster, by=sender, now=now + timedelta(minutes=5)) == 2
    a_class.refresh_from_db()
    assert (a_class.taken, roster.status, OutboxMessage.objects.count()) == (1, Status.UNDONE, 0)
    assert list(Enrolment.objects.filter(status="admitted")) == [stays]
    assert set(Enrolment.objects.filter(status="withdrawn").values_list("reason", flat=True)) == {"名单导入已撤销"}
    assert (Learner.objects.count(), enrolment.occupancy_differences()) == (3, [])
    rosters.commit(roster=send(content), by=sender, now=now + timedelta(minutes=6))
    assert Enrolment.objects.filter(status="admitted").count() == 3


def test_undoing_later_tells_them_and_leaves_alone_who_left_by_themselves(send, sender, now) -> None:
    roster = rosters.commit(roster=send(sheets.xlsx([sheets.person(1), sheets.person(2)])), by=sender, now=now)
    OutboxMessage.objects.update(status="sent", sent_at=now)
    left = Enrolment.objects.order_by("arrival_no")[0]
    enrolment.withdraw(by=sender, enrolment=left, reason="本人申请", now=now)
    assert rosters.undo(roster=roster, by=sender, now=now + timedelta(hours=1)) == 1
    assert OutboxMessage.objects.filter(kind="enrolment_withdrawn").count() == 2
    left.refresh_from_db()
    assert left.reason == "本人申请"


@pytest.mark.parametrize("minutes", [5, 15])
def test_an_admission_that_was_not_sent_is_called_off_with_the_rest(send, sender, a_class, now, minutes) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(mode="reviewed")
    roster = rosters.commit(roster=send(sheets.xlsx([sheets.person(1), sheets.person(2)])), by=sender, now=now)
    first = Enrolment.objects.order_by("arrival_no")[0]
    enrolment.admit(by=sender, enrolment=first, now=now + timedelta(minutes=2))
    rosters.undo(roster=roster, by=sender, now=now + timedelta(minutes=minutes))
    assert OutboxMessage.objects.count() == 0


def test_who_heard_of_the_admission_hears_of_the_undoing(send, sender, a_class, now) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(mode="reviewed")
    roster = rosters.commit(roster=send(sheets.xlsx([sheets.person(1), sheets.person(2)])), by=sender, now=now)
    first = Enrolment.objects.order_by("arrival_no")[0]
    enrolment.admit(by=sender, enrolment=first, now=now + timedelta(minutes=2))
    OutboxMessage.objects.filter(kind="enrolment_admitted").update(status="sent", sent_at=now)
    rosters.undo(roster=roster, by=sender, now=now + timedelta(minutes=5))
    told = OutboxMessage.objects.order_by("kind").values_list("kind", "learner")
    assert list(told) == [("enrolment_admitted", first.learner_id), ("enrolment_withdrawn", first.learner_id)]


def test_of_a_message_that_a_carrier_was_tried_with_one_cannot_know(send, sender, now) -> None:
    roster = rosters.commit(roster=send(sheets.xlsx([sheets.person(1)])), by=sender, now=now)
    OutboxMessage.objects.update(attempts=1)
    rosters.undo(roster=roster, by=sender, now=now + timedelta(minutes=15))
    assert list(OutboxMessage.objects.values_list("kind", flat=True)) == ["enrolment_withdrawn"]


def test_the_sheet_speaks_and_not_what_a_known_person_began_to_answer(send, sender, a_class, now) -> None:
    known = people.learner(now=now, name="李强", with_login=False)
    document = IdentityDocument.objects.get(learner=known)
    student = LearnerCategory.objects.create(key="student", name="在校生", name_en="Student")
    EnrolmentDraft.objects.create(
        learner=known, training_class=a_class, updated_at=now, answers={"category": student.key}
    )
    roster = send(sheets.xlsx([sheets.person(1, name="李强", number=document.number, born_on=known.born_on)]))
    rosters.commit(roster=roster, by=sender, now=now)
    made = Enrolment.objects.get()
    assert (made.category.key, made.declared, made.findings) == ("unemp", [], [])


def test_what_the_rules_remark_on_is_kept_with_each_enrolment(send, sender, a_class, now) -> None:
    """Both are past the age of retirement: one known, one new."""
    born_on = date(1955, 1, 1)
    known = people.learner(now=now, name="李强", with_login=False, born_on=born_on)
    document = IdentityDocument.objects.get(learner=known)
    rows = [
        sheets.person(1, name="李强", number=document.number, born_on=born_on),
        sheets.person(2, born_on=born_on),
    ]
    rosters.commit(roster=send(sheets.xlsx(rows)), by=sender, now=now)
    kept = [[row["code"] for row in one.findings] for one in Enrolment.objects.order_by("arrival_no")]
    assert kept == [["retired"], ["retired"]]


def test_a_seat_freed_by_undoing_goes_to_who_waits(send, sender, a_class, now) -> None:
    TrainingClass.objects.filter(pk=a_class.pk).update(seats=1)
    roster = rosters.commit(roster=send(sheets.xlsx([sheets.person(1)])), by=sender, now=now)
    waits = enrolled(training_class=a_class, now=now)
    rosters.undo(roster=roster, by=sender, now=now)
    waits.refresh_from_db()
    assert waits.status == "offered"
    assert enrolment.occupancy_differences() == []


def test_a_class_that_has_started_is_not_undone_and_nothing_twice(send, sender, now) -> None:
    roster = rosters.commit(roster=send(sheets.xlsx([sheets.person(1)])), by=sender, now=now)
    assert refusal_of(rosters.undo, roster=roster, by=sender, now=now + timedelta(days=2)) == RosterRefusal.STARTED
    rosters.undo(roster=roster, by=sender, now=now)
    assert refusal_of(rosters.undo, roster=roster, by=sender, now=now) == RosterRefusal.NOT_COMMITTED


@pytest.mark.parametrize("make", [sheets.xlsx, lambda rows: sheets.text(rows, encoding="gb18030")])
def test_the_answer_is_the_same_sheet_with_the_problems_written_in(send, make, sender, now) -> None:
    rows = [sheets.person(1), [*sheets.person(2)[:8], "=cmd|'/C calc'!A0"]]
    roster = send(make(rows))
    given = rosters.with_problems(roster=roster, by=sender, now=now)
    page = openpyxl.load_workbook(given.file).worksheets[0]
    assert (page["J1"].value, page["J2"].value) == ("问题", None)
    assert "联系电话" in page["J3"].value
    assert (page["I3"].fill.start_color.rgb, page["I2"].fill.fill_type) == ("FFF3C7C2", None)
    assert page["B2"].value == rows[0][1]
    said = {"class": roster.training_class.number, "roster": roster.number}
    assert (given.export.form, given.export.asked_by, given.export.rows) == ("roster_fix", sender, 1)
    assert (given.export.filters, given.export.purpose, len(given.export.sha256)) == (said, "改正名单", 64)


def test_a_mended_answer_can_be_sent_again(send, sender, now) -> None:
    roster = send(sheets.xlsx([sheets.person(1)], change=changed("I2", "12")))
    book = openpyxl.load_workbook(rosters.with_problems(roster=roster, by=sender, now=now).file)
    book.worksheets[0]["I2"] = "19900000001"
    file = io.BytesIO()
    book.save(file)
    rosters.commit(roster=send(file.getvalue()), by=sender, now=now)
    assert Enrolment.objects.count() == 1


def test_the_template_comes_back_without_its_example(send, a_class, sender, now) -> None:
    book = openpyxl.load_workbook(io.BytesIO(rosters.template(training_class=a_class).read()))
    page = book.worksheets[0]
    assert {page.cell(row=9, column=column).number_format for column in range(1, 12)} <= {"General", "@"}
    assert page.column_dimensions["F"].width > 20
    values = {"姓名": "王强", "证件号码": people.resident_number(), "联系电话": "19900000001"}
    for cell in page[1]:
        page.cell(row=3, column=cell.column).value = values.get(cell.value)
    file = io.BytesIO()
    book.save(file)
    roster = send(file.getvalue())
    assert verdicts(roster) == {3: Verdict.NEW}
    assert "示例" in " ".join(roster.remarks)


def test_a_roster_takes_the_same_statements_for_five_newcomers_and_for_twenty(send, sender, now) -> None:
    def said(first: int, many: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            roster = send(sheets.xlsx([sheets.person(first + place) for place in range(many)]))
            rosters.commit(roster=roster, by=sender, now=now)
        return len([q for q in queries if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])

    said(0, 2)
    profiles = 2  # men and women of one age
    assert abs(said(20, 20) - said(10, 5)) <= profiles
