"""电话回访: learners of a class drawn by lot once it is over, called by somebody from outside it, and what they said.

Who is drawn follows from the seed and the members alone, as with the samples of the city: both are kept, so anybody can
draw again. An answer that the register does not bear out becomes a signal of the last lesson, for people to look at.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses import access, attendance, audit
from courses import policy as policies
from courses.completion.sampling import lot
from courses.models import Attendance, CallBack, CallBackLine, Enrolment, Learner, Lesson, TrainingClass, User
from courses.people.learners import reveal
from courses.people.numbers import fresh
from courses.refusals import Refused
from courses.supervision.rules import CalledBack
from courses.supervision.signals import compute

Result = CallBackLine.Result
OVER = (TrainingClass.Status.RUNNING, TrainingClass.Status.ASSESSING, TrainingClass.Status.CLOSED)
# Classes that ended longer ago are left alone: nobody remembers, and a first start would draw from years of them.
LOOKS_BACK = timedelta(days=90)
NOTE_MAX, DAYS_MAX = 200, 400


class CallBackRefusal(StrEnum):
    NOT_OUTSIDE = "not_outside"
    ERASED = "erased"
    ASKED = "asked"
    NOT_ANSWERED = "not_answered"
    WRONG_NUMBER = "wrong_number"
    NOTE_MISSING = "note_missing"


class CallBackRefused(Refused):
    sentences = {
        CallBackRefusal.NOT_OUTSIDE: _("没有保存。本机构的人、本班老师和学员本人不能做这个班的回访，请交给其他人。"),
        CallBackRefusal.ERASED: _("没有保存。这位学员的个人信息已注销，不用再回访。"),
        CallBackRefusal.ASKED: _("没有再记。这位学员已经由别人回访过，请刷新查看。"),
        CallBackRefusal.NOT_ANSWERED: _("没有保存。接通的请选是不是本人、有没有参训；没接通的请按「联系不上」。"),
        CallBackRefusal.WRONG_NUMBER: _("没有保存。上课天数请填 0 到 400 的整数，满意度请选 1 到 5。"),
        CallBackRefusal.NOTE_MISSING: _("没有保存。回答与记录不符，请写一句学员怎么说的。"),
    }


@dataclass(frozen=True)
class Answers:
    """What somebody said on the phone; None was not asked or not answered."""

    is_learner: bool | None = None
    attended: bool | None = None
    days: int | None = None
    as_taught: bool | None = None
    charged: bool | None = None
    satisfaction: int | None = None
    note: str = ""


def draw_due(*, now: datetime) -> int:
    """Draw from each class whose days are over and from which nobody was drawn yet; gives how many."""
    today = policies.local_date(now)
    over = TrainingClass.objects.filter(status__in=OVER, ends_on__lt=today, ends_on__gte=today - LOOKS_BACK)
    drawn = 0
    for training_class in over.filter(call_back=None).order_by("pk"):
        drawn += draw(training_class=training_class, now=now) is not None
    return drawn


def draw(*, training_class: TrainingClass, now: datetime) -> CallBack | None:
    """Draw `callback_share` percent of the members, at least one; the seed comes from chance. None of an empty class,
    and where somebody was drawn already."""
    numbers = _population(training_class)
    share = policies.of_class(training_class=training_class, on=policies.local_date(now)).callback_share
    if not numbers:
        return None
    with transaction.atomic():
        TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)
        if CallBack.objects.filter(training_class=training_class).exists():
            return None
        made = CallBack.objects.create(
            number=fresh(prefix="HF"),
            training_class=training_class,
            seed=secrets.token_hex(16),
            population=len(numbers),
            population_hash=_hash(numbers),
            drawn_at=now,
        )
        chosen = lot(seed=made.seed, numbers=numbers, size=max(1, -(-len(numbers) * share // 100)))
        keys = dict(Enrolment.objects.filter(number__in=chosen).values_list("number", "pk"))
        CallBackLine.objects.bulk_create(
            CallBackLine(code=fresh(prefix="", length=26), call_back=made, place=place, enrolment_id=keys[number])
            for place, number in enumerate(chosen, 1)
        )
        detail = {"class": training_class.number, "population": len(numbers), "drawn": len(chosen)}
        audit.record(by=None, verb="call_back_drawn", target=made, now=now, detail=detail)
    return made


def _population(training_class: TrainingClass) -> list[str]:
    members = attendance.current_members(training_class=training_class)
    return sorted(members.values_list("number", flat=True))


def _hash(numbers: list[str]) -> str:
    return hashlib.sha256("\n".join(numbers).encode()).hexdigest()


def drawn_as_kept(*, call_back: CallBack) -> bool:
    """Whether seed and members lead to the very lines that were drawn, as long as the members are the same."""
    numbers = _population(call_back.training_class)
    held = list(call_back.lines.order_by("place").values_list("enrolment__number", flat=True))
    return _hash(numbers) == call_back.population_hash and held == lot(
        seed=call_back.seed, numbers=numbers, size=len(held)
    )


def number_to_call(*, by: User, line: CallBackLine, now: datetime) -> str:
    """The learner's whole phone, of a merged record the surviving one's; logged with its reason and counted like any
    look at one.

    Refused with CallBackRefused by somebody from inside and of an erased record, with RevealRefused beyond the day's
    limit.
    """
    _refuse_uncallable(by, line, now)
    reason = str(_("电话回访 %(number)s") % {"number": line.call_back.number})
    return reveal(by=by, learner=line.enrolment.learner.surviving, field="phone", reason=reason, now=now)


def answer(*, by: User, line: CallBackLine, said: Answers, now: datetime) -> CallBackLine:
    """Keep what a learner answered, beside what the register says; a contradiction becomes a signal.

    Refused with CallBackRefused: by somebody from inside, of an erased record, answered already, an answer missing, a
    number that is none, a contradiction without a word.
    """
    _refuse_uncallable(by, line, now)
    policy = policies.of_class(training_class=line.call_back.training_class, on=policies.local_date(now))
    note = " ".join(said.note.split())[:NOTE_MAX]
    _refuse_incomplete(said)
    attended = days_attended(enrolment=line.enrolment)
    told = CalledBack(line.enrolment.learner.number, now, said.is_learner, said.attended, said.days, attended)
    contradicts = told.contradicts(policy.signals["call_back_days"])
    doubtful = bool(contradicts) or said.as_taught is False or bool(said.charged)
    if doubtful and not note:
        raise CallBackRefused(CallBackRefusal.NOTE_MISSING)
    values = {
        "result": Result.DOUBTFUL if doubtful else Result.FINE,
        "is_learner": said.is_learner,
        "attended": said.attended,
        "days": said.days,
        "days_attended": attended,
        "as_taught": said.as_taught,
        "charged": said.charged,
        "satisfaction": said.satisfaction,
        "note": note,
    }
    with transaction.atomic():
        _keep(by, line, values, now)
        last = last_lesson(training_class=line.call_back.training_class) if contradicts else None
        if last is not None:
            compute(lesson=last, now=now)
    return line


def unreachable(*, by: User, line: CallBackLine, now: datetime) -> CallBackLine:
    """Nobody answered; counted apart, and may be answered later.

    Refused with CallBackRefused: by somebody from inside, of an erased record, answered already.
    """
    _refuse_uncallable(by, line, now)
    _keep(by, line, {"result": Result.UNREACHABLE}, now)
    return line


def _keep(by: User, line: CallBackLine, values: Mapping[str, object], now: datetime) -> None:
    with transaction.atomic():
        waits = CallBackLine.objects.filter(pk=line.pk, result__in=(Result.OPEN, Result.UNREACHABLE))
        if not waits.update(by=by, at=now, **values):
            raise CallBackRefused(CallBackRefusal.ASKED)
        detail = {"class": line.call_back.training_class.number, "line": line.code, "result": str(values["result"])}
        audit.record(by=by, verb="called_back", target=line.call_back, now=now, detail=detail)
    line.refresh_from_db()


def _refuse_uncallable(by: User, line: CallBackLine, now: datetime) -> None:
    training_class = line.call_back.training_class
    own = {post.institution_id for post in access.held(user=by, now=now)}
    inside = training_class.institution_id in own or training_class.trainers.filter(pk=by.pk).exists()
    if inside or _is_own(by, line):
        raise CallBackRefused(CallBackRefusal.NOT_OUTSIDE)
    if line.enrolment.learner.erased_at is not None:
        raise CallBackRefused(CallBackRefusal.ERASED)


def _is_own(by: User, line: CallBackLine) -> bool:
    """The login of the record, or of the one that it was merged into."""
    learner = Learner.objects.filter(pk=line.enrolment.learner_id)
    return learner.filter(Q(user=by) | Q(merge__kept__user=by)).exists()


def _refuse_incomplete(said: Answers) -> None:
    # Somebody else on the line knows nothing of the class.
    if said.is_learner is None or (said.is_learner and said.attended is None):
        raise CallBackRefused(CallBackRefusal.NOT_ANSWERED)
    days = said.days is None or 0 <= said.days <= DAYS_MAX
    if not days or said.satisfaction not in (None, 1, 2, 3, 4, 5):
        raise CallBackRefused(CallBackRefusal.WRONG_NUMBER)


def days_attended(*, enrolment: Enrolment) -> int:
    """On how many days the register saw the learner in the class."""
    came = Attendance.objects.filter(
        learner=enrolment.learner_id, lesson__training_class=enrolment.training_class_id, in_at__isnull=False
    )
    return len({policies.local_date(at) for at in came.values_list("lesson__starts_at", flat=True)})


def last_lesson(*, training_class: TrainingClass) -> Lesson | None:
    planned = Lesson.objects.filter(training_class=training_class, status=Lesson.Status.PLANNED)
    return planned.select_related("training_class").order_by("starts_at", "pk").last()
