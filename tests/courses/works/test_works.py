"""A business plan and a proof link: handed in, judged from outside, handed in anew, and part of what completes."""

from datetime import date, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils import translation
from pypdf.generic import TextStringObject

from courses import completion, notices, policy, works
from courses.completion import CompletionRefused
from courses.models import Enrolment, Learner, OutboxMessage, Proof, Reveal, User, Work
from courses.people import proofs
from courses.people.proofs import ProofRefusal, ProofRefused
from courses.policy import DEFAULTS
from courses.works import WorkRefusal, WorkRefused
from tests.courses.rosters.conftest import private_folder
from tests.factories import catalogue, papers, people
from tests.factories.classes import enrolled, training_class
from tests.factories.completion import attended

__all__ = ["private_folder"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder")]
SHOP = "https://shop.example.com/haichan?id=1"


@pytest.fixture
def own(now: datetime) -> Enrolment:
    """Of a class that asks for both, attended whole."""
    trainer = people.user()
    made = training_class(now=now, trainers=[trainer], lessons=1)
    document = {**DEFAULTS, "assessments": {made.kind_key: ["plan", "link"]}}
    made.policy = policy.publish(by=None, number="v2", effective_on=date(2026, 1, 1), document=document)
    made.save()
    row = enrolled(training_class=made, now=now)
    attended(row, by=trainer)
    return Enrolment.objects.select_related("learner", "training_class__policy").get(pk=row.pk)


def login(own: Enrolment) -> User:
    assert own.learner.user is not None
    return own.learner.user


def plan(own: Enrolment, now: datetime, *, by: User | None = None, content: bytes | None = None) -> Work:
    paper = ContentFile(papers.pdf() if content is None else content)
    return works.hand_in_plan(enrolment=own, content=paper, by=by or login(own), now=now)


def link(own: Enrolment, now: datetime, text: str = SHOP) -> Work:
    return works.hand_in_link(enrolment=own, link=text, by=login(own), now=now)


def judged(work: Work, grade: str, now: datetime, *, by: User | None = None, note: str = "") -> None:
    works.judge(by=by or people.user(), work=work, grade=grade, note=note, now=now)


def refusal(work: Work, now: datetime, *, by: User, grade: str = "pass", note: str = "") -> WorkRefusal:
    with pytest.raises(WorkRefused) as refused:
        judged(work, grade, now, by=by, note=note)
    return refused.value.code  # type: ignore[return-value]


def parts(own: Enrolment, now: datetime) -> dict[str, tuple[int, int, bool]]:
    found = completion.assess(enrolment=own, now=now).findings
    return {str(row.code): (row.value, row.threshold, row.met) for row in found if row.code in Work.Part.values}


def test_each_is_asked_for_by_itself_and_met_by_a_pass(own: Enrolment, now: datetime) -> None:
    assert parts(own, now) == {"plan": (0, 2, False), "link": (0, 2, False)}
    judged(plan(own, now), "excellent", now)
    assert parts(own, now) == {"plan": (3, 2, True), "link": (0, 2, False)}
    judged(link(own, now), "pass", now)
    assert parts(own, now) == {"plan": (3, 2, True), "link": (2, 2, True)}


def test_nobody_completes_before_both_have_passed(own: Enrolment, now: datetime) -> None:
    later = now + timedelta(days=3)
    judged(plan(own, later), "pass", later)
    with pytest.raises(CompletionRefused) as refused:
        completion.propose(by=people.user(), enrolment=own, now=later)
    assert "网店链接评定合格" in refused.value.sentence
    judged(link(own, later), "pass", later)
    assert completion.propose(by=people.user(), enrolment=own, now=later).status == "proposed"


def test_what_did_not_pass_is_handed_in_anew_and_both_stay(own: Enrolment, now: datetime) -> None:
    judged(plan(own, now), "fail", now, note="缺成本测算")
    assert parts(own, now)["plan"] == (1, 2, False)
    second = plan(own, now, content=papers.pdf(Lang=TextStringObject("zh")))
    assert parts(own, now)["plan"] == (1, 2, False)
    judged(second, "pass", now)
    kept = Work.objects.filter(part="plan").values_list("version", "grade", "note")
    assert list(kept) == [(1, "fail", "缺成本测算"), (2, "pass", "")]
    assert parts(own, now)["plan"] == (2, 2, True)


def test_one_waits_at_a_time_and_what_passed_is_not_replaced(own: Enrolment, now: datetime) -> None:
    first = plan(own, now)
    with pytest.raises(WorkRefused) as refused:
        plan(own, now)
    assert refused.value.code == WorkRefusal.WAITS
    judged(first, "pass", now)
    with pytest.raises(WorkRefused) as again:
        plan(own, now)
    assert again.value.code == WorkRefusal.PASSED


def test_who_trains_the_class_or_belongs_to_its_institution_does_not_judge(own: Enrolment, now: datetime) -> None:
    work, a_class = plan(own, now), own.training_class
    staff = people.staff(role="institution", now=now - timedelta(days=9), institution=a_class.institution)
    teaches_there = people.staff(role="trainer", now=now - timedelta(days=9), institution=a_class.institution)
    for by in (a_class.trainers.get(), staff, teaches_there):
        assert refusal(work, now, by=by) == WorkRefusal.NOT_OUTSIDE
    other = catalogue.institution("J002", "莱山学校", catalogue.district("laishan"))
    judged(work, "pass", now, by=people.staff(role="institution", now=now - timedelta(days=9), institution=other))
    assert Work.objects.get().reviewer_institution == other


def test_who_handed_it_in_does_not_judge_it_nor_whose_it_is(own: Enrolment, now: datetime) -> None:
    counter = people.user()
    work = plan(own, now, by=counter)
    assert refusal(work, now, by=counter) == WorkRefusal.SAME_PERSON
    assert refusal(work, now, by=login(own)) == WorkRefusal.SAME_PERSON


def test_a_judgement_has_a_grade_a_fail_its_reason_and_stands(own: Enrolment, now: datetime) -> None:
    work, by = plan(own, now), people.user()
    assert refusal(work, now, by=by, grade="") == WorkRefusal.GRADE_MISSING
    assert refusal(work, now, by=by, grade="fail", note=" ") == WorkRefusal.NOTE_MISSING
    judged(work, "fail", now, by=by, note="重写")
    assert refusal(work, now, by=people.user()) == WorkRefusal.JUDGED
    assert Work.objects.get().grade == "fail"


def of_grades() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(kind__startswith="work_judged").order_by("pk"))


@pytest.mark.parametrize(
    ("grade", "chinese", "english"),
    [
        ("excellent", "（创业计划书）评定为优秀，这一项无需再提交。", "for “%s” (Business plan) was graded excellent."),
        ("pass", "（创业计划书）评定为合格，这一项无需再提交。", "for “%s” (Business plan) passed."),
        ("fail", "（创业计划书）评定为不合格，意见：缺成本测算。修改后可以重新提交", "hand it in again"),
    ],
)
def test_the_learner_is_told_the_grade_once_and_what_to_do_next_in_their_language(
    grade: str, chinese: str, english: str, own: Enrolment, now: datetime
) -> None:
    work = plan(own, now)
    with pytest.raises(WorkRefused):
        judged(work, grade, now, by=login(own))
    assert not of_grades()
    judged(work, grade, now, note="缺成本测算。")
    with pytest.raises(WorkRefused):
        judged(work, grade, now, note="缺成本测算。")
    (row,) = of_grades()
    course = own.training_class.course.name
    assert (row.kind, row.channel, row.training_class) == (f"work_judged_{grade}", "site", own.training_class)
    assert row.params == {
        "course": course,
        "work_part": "plan",
        **({"reason": "缺成本测算。"} if grade == "fail" else {}),
    }
    assert chinese in notices.told(learner=own.learner)[0].text
    with translation.override("en"):
        assert english.replace("%s", course) in notices.told(learner=own.learner)[0].text


def test_two_parts_are_told_apart(own: Enrolment, now: datetime) -> None:
    for work in (plan(own, now), link(own, now)):
        judged(work, "pass", now)
    texts = [row.text for row in notices.told(learner=own.learner)[:2]]
    assert ["网店链接" in text for text in texts] == [True, False]


def test_who_is_no_longer_of_the_class_is_not_asked_to_hand_in_again(own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    Enrolment.objects.filter(pk=own.pk).update(status=Enrolment.Status.WITHDRAWN)
    judged(work, "fail", now, note="缺成本测算")
    (row,) = of_grades()
    said = notices.told(learner=own.learner)[0].text
    assert (row.kind, "不能再提交" in said, "重新提交" in said) == ("work_judged_fail_over", True, False)


def test_who_has_no_login_hears_the_grade_by_phone_and_without_one_from_the_institution(
    own: Enrolment, now: datetime
) -> None:
    first, second = plan(own, now), link(own, now)
    Learner.objects.filter(pk=own.learner_id).update(user=None)
    judged(Work.objects.get(pk=first.pk), "pass", now)
    Learner.objects.filter(pk=own.learner_id).update(phone="")
    judged(Work.objects.get(pk=second.pk), "fail", now, note="店铺打不开")
    assert [(row.channel, row.to) for row in of_grades()] == [("sms", own.learner.phone), ("site", "")]
    assert set(notices.unheard(now=now)) == {of_grades()[1]}


def test_a_judgement_that_does_not_hold_tells_nobody(own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    with transaction.atomic():
        judged(work, "pass", now)
        transaction.set_rollback(True)
    assert (Work.objects.get().grade, of_grades()) == ("", [])


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("work_two_people", {"grade": "pass", "reviewer": "by", "judged_at": "at"}),
        ("work_judged_by_someone", {"grade": "pass"}),
        ("work_fail_has_reason", {"grade": "fail", "reviewer": "other", "judged_at": "at"}),
        (
            "work_judged_from_outside",
            {"grade": "pass", "reviewer": "other", "judged_at": "at", "reviewer_institution": "institution"},
        ),
    ],
)
def test_the_database_has_the_last_word(name: str, changes: dict[str, str], own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    known = {"by": work.by, "other": people.user(), "at": now, "institution": work.institution}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Work.objects.update(**{key: known.get(value, value) for key, value in changes.items()})


@pytest.mark.parametrize(
    "text",
    [
        "", "http://shop.example.com/", "https://", "https://localhost/", "https://10.0.0.8/x", "https://[::1]/",
        "https://me:x@shop.example.com/", "https://shop.example.com:8443/", "javascript:alert(1)", "shop.example.com",
        "https://shop.example.com/ a", "https://shop.example.com/<b>", "https://shop.example.com/" + "x" * 300,
        "https://shop.example.com:x/",
    ],
)  # fmt: skip
def test_a_link_is_https_to_a_public_name_and_nothing_else(text: str) -> None:
    with pytest.raises(WorkRefused) as refused:
        works.read_link(text)
    assert refused.value.code == WorkRefusal.LINK_WRONG


@pytest.mark.parametrize("text", [SHOP, f"  {SHOP} ", "https://店铺.中国/商品"])
def test_a_link_is_kept_as_it_was_given(text: str) -> None:
    assert works.read_link(text) == text.strip()


def test_a_plan_is_what_its_content_says(own: Enrolment, now: datetime) -> None:
    with pytest.raises(ProofRefused) as refused:
        plan(own, now, content=b"PK\x03\x04 a word document")
    assert refused.value.code == ProofRefusal.WRONG_TYPE
    with pytest.raises(ProofRefused):
        works.hand_in_plan(enrolment=own, content=None, by=login(own), now=now)
    assert not Work.objects.exists()


def test_only_what_the_class_asks_for_and_only_from_its_members(own: Enrolment, now: datetime) -> None:
    other = enrolled(training_class=training_class(now=now, policy=catalogue.policy()), now=now)
    with pytest.raises(WorkRefused) as refused:
        link(other, now)
    assert refused.value.code == WorkRefusal.NOT_ASKED
    own.status = Enrolment.Status.WAITLISTED
    with pytest.raises(WorkRefused) as waits:
        link(own, now)
    assert waits.value.code == WorkRefusal.NOT_ADMITTED


def test_who_judged_does_not_approve_the_count(own: Enrolment, now: datetime) -> None:
    later, reviewer = now + timedelta(days=3), people.user()
    for work in (plan(own, later), link(own, later)):
        judged(work, "pass", later, by=reviewer)
    done = completion.propose(by=people.user(), enrolment=own, now=later)
    completion.submit(by=people.user(), completion=done, now=later)
    with pytest.raises(CompletionRefused):
        completion.approve(by=reviewer, completion=done, now=later)
    completion.approve(by=people.user(), completion=done, now=later)


def test_a_look_at_a_plan_is_told_to_its_learner(own: Enrolment, now: datetime) -> None:
    work = plan(own, now)
    assert work.proof is not None
    assert proofs.look(by=people.user(), proof=work.proof, enrolment=own, now=now) == papers.pdf()
    assert Reveal.objects.get().reason == f"评定创业计划书，报名 {own.number}"


def test_a_plan_stays_as_long_as_the_files_of_its_class(own: Enrolment, now: datetime) -> None:
    plan(own, now)
    end = datetime(own.training_class.ends_on.year + 10, 12, 31, 12, tzinfo=now.tzinfo)
    assert proofs.sweep(now=now + timedelta(days=400)) == 0
    assert proofs.sweep(now=end) == 1
    assert Proof.objects.get().deleted_at == end


def test_a_link_lies_encrypted_in_the_database(own: Enrolment, now: datetime) -> None:
    from django.db import connection

    link(own, now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT link FROM courses_work")
        assert "shop.example" not in cursor.fetchone()[0]
    assert Work.objects.get().link == SHOP


def test_of_a_double_press_the_second_file_does_not_stay(
    own: Enrolment, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plan(own, now)
    monkeypatch.setattr("courses.works.handing_in._refuse_needless", lambda *_both_looked_before: None)
    with pytest.raises(WorkRefused) as refused:
        plan(own, now, content=papers.pdf(Lang=TextStringObject("zh")))
    assert refused.value.code == WorkRefusal.WAITS
    assert list(Proof.objects.filter(deleted_at__isnull=True)) == [first.proof]
    assert len(storages["private"].listdir("proofs")[1]) == 1
