"""Scores, business plans and links of the demo city: what the policy asks of each class, each by its own hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from django.core.files.base import ContentFile
from fpdf import FPDF

from cms.demo.chance import dice
from cms.demo.history import Staged
from cms.demo.messages import settle_grades
from courses import audit, completion, policy, works
from courses.models import Enrolment, Score, User, Work
from courses.works import assigning

NOTES = ("测算清楚，可以着手。", "客源写得具体。", "成本分项清楚。", "风险想得周到。")
EXCELLENT = 0.2
# Handed in while the class still runs, for the reviewer of the demo door to judge.
EARLY = 3


def assess(*, one: Staged, expert: User, now: datetime) -> None:
    """Whoever came often enough is examined, or hands in and is judged, between the last lesson and `now`."""
    row = one.run.row
    parts = policy.parts_asked(training_class=row)
    if not parts:
        return
    admitted = [each for each in one.enrolments if each.status == Enrolment.Status.ADMITTED]
    found = completion.assess_all(enrolments=admitted, now=now)
    came = [each for each in admitted if {line.code for line in found[each.pk].missing} <= set(parts)]
    if completion.scores_asked(row):
        _examine(one, came, now)
    for part in completion.works_asked(row):
        made = [_hand_in(each, part, one, now - timedelta(minutes=20)) for each in came]
        _judge(one, made, expert, now)


def hand_in_early(*, one: Staged, expert: User, now: datetime) -> None:
    """A few do not wait for the end; nobody has judged them yet."""
    admitted = [each for each in one.enrolments if each.status == Enrolment.Status.ADMITTED]
    for part in completion.works_asked(one.run.row):
        for each in admitted[:EARLY]:
            _hand_in(each, part, one, now)
        assigning.assign(by=one.office.district, training_class=one.run.row, reviewer=expert, now=now)


def _examine(one: Staged, came: Sequence[Enrolment], now: datetime) -> None:
    """As a score sheet of the institution says; everybody passes who sat it."""
    rows = []
    for each in came:
        throw = dice("score", each.learner.number, each.training_class_id)
        theory, practice = throw.randrange(620, 980, 5), throw.randrange(620, 980, 5)
        points = {Score.Part.THEORY: theory, Score.Part.PRACTICE: practice, Score.Part.TOTAL: (theory + practice) // 2}
        rows += [
            Score(
                enrolment=each, part=part, version=1, points=value, status=Score.Status.HELD,
                by=one.office.institution, at=now,
            )
            for part, value in points.items()
        ]  # fmt: skip
        detail = {"parts": sorted(points)}
        audit.record(by=one.office.institution, verb="score_recorded", target=each, now=now, detail=detail)
    Score.objects.bulk_create(rows, batch_size=1000)


def _hand_in(each: Enrolment, part: str, one: Staged, now: datetime) -> Work:
    by = each.learner.user or one.office.institution
    if part == Work.Part.PLAN:
        return works.hand_in_plan(enrolment=each, content=ContentFile(_paper()), by=by, now=now)
    link = f"https://shop.example.com/{each.learner.number.lower()}"
    return works.hand_in_link(enrolment=each, link=link, by=by, now=now)


def _judge(one: Staged, made: Sequence[Work], expert: User, now: datetime) -> None:
    if not made:
        return
    assigning.assign(by=one.office.district, training_class=one.run.row, reviewer=expert, now=now)
    for work in made:
        throw = dice("grade", work.enrolment.learner.number, work.enrolment.training_class_id)
        grade = Work.Grade.EXCELLENT if throw.random() < EXCELLENT else Work.Grade.PASS
        works.judge(by=expert, work=work, grade=grade, note=throw.choice(NOTES), now=now)
    settle_grades(made=made, by=one.office.institution, now=now)


@cache
def _paper() -> bytes:
    """One page that says what it is; its text is of the demo and nobody's."""
    paper = FPDF()
    paper.add_page()
    paper.set_font("helvetica", size=20)
    paper.cell(text="Business plan (demo)")
    return bytes(paper.output())
