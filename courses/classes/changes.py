"""Changes of an approved class: asked for with a reason, decided by a second person, told to those concerned."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max, Min

from courses import audit, dates, notices
from courses import policy as policies
from courses.classes.change_notices import tell_of_several
from courses.classes.outlook import CLASHES, foresee_change, wished
from courses.classes.planning import LessonPlan, add_lesson
from courses.classes.refusals import ChangeRefusal, ChangeRefused
from courses.models import ChangeRequest, Enrolment, Lesson, OutboxMessage, Post, Score, TrainingClass, User, Venue

Status = TrainingClass.Status
CHANGEABLE = (Status.APPROVED, Status.ENROLLING, Status.RUNNING)


def ask_change(
    *,
    by: User,
    lesson: Lesson,
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    trainer: User | None,
    reason: str,
    now: datetime,
    venue: Venue | None = None,
) -> ChangeRequest:
    """Ask for another time, place or trainer of one lesson; nothing of the lesson moves yet. Without a venue it is
    held at that of the class.

    Refused with ChangeRefused: not changeable, no reason, wrong times, nothing new, a stranger as trainer or who has
    recorded a score of the class, a venue in another district, asked twice.
    """
    if not reason.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    wish = ChangeRequest(starts_at=starts_at, ends_at=ends_at, venue=venue, room=room, trainer=trainer)
    if lesson.training_class.status in CHANGEABLE:
        _still_ahead(lesson, now)
    _check_wish(lesson, wish, now)
    was = (lesson.starts_at, lesson.ends_at, lesson.venue_id, lesson.room, lesson.trainer_id)
    if (starts_at, ends_at, wish.venue_id, room, wish.trainer_id) == was:
        raise ChangeRefused(ChangeRefusal.NOTHING_CHANGED)
    return _asked(by, lesson, wish, reason, now)


@contextmanager
def naming(lesson: Lesson) -> Iterator[None]:
    """What is refused of one of several lessons says of which."""
    try:
        yield
    except ChangeRefused as refused:
        if refused.code == ChangeRefusal.REASON_MISSING:
            raise
        raise ChangeRefused(ChangeRefusal.ONE_OF_SEVERAL, number=lesson.number, words=refused.sentence) from refused


def ask_replacement(
    *,
    by: User,
    lesson: Lesson,
    starts_at: datetime,
    ends_at: datetime,
    room: str,
    trainer: User | None,
    reason: str,
    now: datetime,
    venue: Venue | None = None,
) -> ChangeRequest:
    """Ask that what a cancelled lesson was to teach be taught at another time, as a lesson of its own.

    Refused with ChangeRefused as `ask_change`, and where the lesson is not cancelled.
    """
    if not reason.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    if lesson.status != Lesson.Status.CANCELLED:
        raise ChangeRefused(ChangeRefusal.NOT_CANCELLED)
    wish = ChangeRequest(starts_at=starts_at, ends_at=ends_at, venue=venue, room=room, trainer=trainer, adds=True)
    _check_wish(lesson, wish, now)
    return _asked(by, lesson, wish, reason, now)


def ask_cancel(*, by: User, lesson: Lesson, reason: str, now: datetime) -> ChangeRequest:
    """Ask that one lesson be cancelled, also one that has begun and was not held; its minutes then leave the ratio.

    Refused with ChangeRefused: no reason, class not changeable, cancelled already, the last lesson, asked twice.
    """
    if not reason.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    _may_cancel(lesson)
    wish = ChangeRequest(
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        venue=lesson.venue,
        room=lesson.room,
        trainer=lesson.trainer,
        cancels=True,
    )
    return _asked(by, lesson, wish, reason, now)


def _asked(by: User, lesson: Lesson, wish: ChangeRequest, reason: str, now: datetime) -> ChangeRequest:
    try:
        with transaction.atomic():
            serial = lesson.change_requests.count() + 1
            wish.number = wish.bundle = f"{lesson.training_class.number}-{lesson.number}-{serial}"
            wish.training_class, wish.lesson = lesson.training_class, lesson
            wish.was_starts_at, wish.was_ends_at = lesson.starts_at, lesson.ends_at
            wish.was_venue, wish.was_room, wish.was_trainer = lesson.venue, lesson.room, lesson.trainer
            wish.reason, wish.asked_by, wish.asked_at = reason.strip()[:200], by, now
            wish.save()
            detail = {"cancels": wish.cancels, "adds": wish.adds}
            audit.record(by=by, verb="change_asked", target=wish, now=now, detail=detail)
    except IntegrityError:
        raise ChangeRefused(ChangeRefusal.ALREADY_ASKED) from None
    return wish


def decide_change(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> None:
    """Grant or refuse a change of a lesson, or of all lessons that it was asked for with. A grant moves, cancels or
    adds them and tells learners and trainers once, in one transaction; what was scanned until then is
    `attendance.decide_change`'s business, by which the desk comes here.

    Refused with ChangeRefused, as a whole: decided already, by the one who asked, a refusal without a reason, the
    lesson has begun meanwhile, its trainer has recorded a score of the class, or a check of the timetable that the
    class's policy blocks (`foresee_change` says which).
    """
    with transaction.atomic():
        rows = settle_request(by=by, request=request, grant=grant, answer=answer, now=now)
        if grant and len(rows) == 1:
            _carry_out(request, now)
            _tell(request, now)
        elif grant:
            for row in rows:
                with naming(row.of_lesson):
                    _carry_out(row, now)
            tell_of_several(rows=rows, now=now)
    request.refresh_from_db()


def _carry_out(request: ChangeRequest, now: datetime) -> None:
    if request.cancels:
        _cancel_lesson(request, now)
    elif request.adds:
        _hold_after_all(request, now)
    else:
        _move_lesson(request, now)


def settle_request(*, by: User, request: ChangeRequest, grant: bool, answer: str, now: datetime) -> list[ChangeRequest]:
    """Inside a transaction: write down who decided, once, and tell the institution; what a grant does is the
    caller's. Gives the rows that were asked for together and are decided with this one.

    Refused with ChangeRefused: by the one who asked, a refusal without a reason, decided already.
    """
    if request.asked_by_id == by.pk:
        raise ChangeRefused(ChangeRefusal.SAME_PERSON)
    if not grant and not answer.strip():
        raise ChangeRefused(ChangeRefusal.REASON_MISSING)
    status = ChangeRequest.Status.GRANTED if grant else ChangeRequest.Status.REFUSED
    asked = ChangeRequest.objects.filter(bundle=request.bundle, status=ChangeRequest.Status.ASKED)
    joined = ("training_class__course", "lesson", "venue", "was_venue", "was_trainer", "trainer")
    rows = list(asked.select_related(*joined).order_by("lesson__number", "pk"))
    known = [row.pk for row in rows]
    changed = asked.filter(pk__in=known).update(
        status=status, decided_by=by, decided_at=now, answer=answer.strip()[:200]
    )
    if request.pk not in known or changed != len(rows):
        raise ChangeRefused(ChangeRefusal.ALREADY_DECIDED)
    audit.record_many(by=by, verb=f"change_{status}", targets=[(row, {}) for row in rows], now=now)
    _answer(request, status, answer.strip()[:200], now)
    return rows


def _answer(request: ChangeRequest, status: ChangeRequest.Status, answer: str, now: datetime) -> None:
    """Everybody who holds the institution's post hears what became of what it asked for."""
    training_class = request.training_class
    params = {
        "course": training_class.course.name,
        "class": training_class.number,
        "number": request.number,
        "reason": answer,
    }
    held = Post.objects.filter(
        Post.in_force(now), role=Post.Role.INSTITUTION, institution=training_class.institution_id
    )
    for user in User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"):
        notices.tell_staff(user=user, kind=f"change_{status}", params=params, now=now)


def _check_wish(lesson: Lesson, wish: ChangeRequest, now: datetime) -> None:
    """A venue that is the class's own is none of the lesson's."""
    training_class = lesson.training_class
    if training_class.status not in CHANGEABLE:
        raise ChangeRefused(ChangeRefusal.NOT_CHANGEABLE)
    starts_at, ends_at = wish.wished
    if ends_at <= starts_at or starts_at <= now:
        raise ChangeRefused(ChangeRefusal.WRONG_TIMES)
    if wish.venue_id == training_class.venue_id:
        wish.venue = None
    if wish.venue is not None and wish.venue.district_id != training_class.district_id:
        raise ChangeRefused(ChangeRefusal.VENUE_ELSEWHERE, district=training_class.district.label)
    trainer = wish.trainer
    if trainer is not None and trainer.pk != lesson.trainer_id and not _teaches_for(trainer, training_class, now):
        raise ChangeRefused(ChangeRefusal.TRAINER_UNKNOWN)
    _refuse_examiner(trainer, training_class)


def _refuse_examiner(trainer: User | None, training_class: TrainingClass) -> None:
    """考培分离, the other way round: who has recorded a score of the class does not come to teach it."""
    if trainer is not None and Score.objects.filter(enrolment__training_class=training_class, by=trainer).exists():
        raise ChangeRefused(ChangeRefusal.TRAINER_EXAMINES)


def _still_ahead(lesson: Lesson, now: datetime) -> None:
    """Who has scanned in before the start does not hold the lesson up: such a scan is set aside when it moves."""
    if lesson.starts_at <= now or lesson.status != Lesson.Status.PLANNED:
        raise ChangeRefused(ChangeRefusal.LESSON_BEGUN)


def _may_cancel(lesson: Lesson) -> None:
    if lesson.training_class.status not in CHANGEABLE:
        raise ChangeRefused(ChangeRefusal.NOT_CHANGEABLE)
    if lesson.status != Lesson.Status.PLANNED:
        raise ChangeRefused(ChangeRefusal.LESSON_BEGUN)
    others = Lesson.objects.filter(training_class=lesson.training_class_id, status=Lesson.Status.PLANNED)
    if not others.exclude(pk=lesson.pk).exists():
        raise ChangeRefused(ChangeRefusal.LAST_LESSON)


def _held(request: ChangeRequest) -> Lesson:
    held = Lesson.objects.select_for_update(of=("self",), no_key=True).select_related("training_class")
    return held.get(pk=request.of_lesson.pk)


def _cancel_lesson(request: ChangeRequest, now: datetime) -> None:
    lesson = _held(request)
    _may_cancel(lesson)
    _refuse_failures(request, now)
    lesson.status = Lesson.Status.CANCELLED
    lesson.save(update_fields=["status"])
    _set_period(lesson.training_class)


def _set_period(training_class: TrainingClass) -> None:
    """From the day of the first lesson to that of the last, each being of the day on which it starts."""
    planned = training_class.lessons.filter(status=Lesson.Status.PLANNED)
    period = planned.aggregate(first=Min("starts_at"), last=Max("starts_at"))
    training_class.starts_on = policies.local_date(period["first"])
    training_class.ends_on = policies.local_date(period["last"])
    training_class.save(update_fields=["starts_on", "ends_on"])


def _teaches_for(trainer: User, training_class: TrainingClass, now: datetime) -> bool:
    posts = Post.objects.filter(Post.in_force(now), user=trainer, role=Post.Role.TRAINER)
    return trainer.is_active and posts.filter(institution=training_class.institution_id).exists()


def _move_lesson(request: ChangeRequest, now: datetime) -> None:
    lesson = _held(request)
    _refuse_late(request, lesson.training_class, now)
    _still_ahead(lesson, now)
    _refuse_failures(request, now)
    lesson.starts_at, lesson.ends_at = request.wished
    lesson.venue, lesson.room, lesson.trainer = request.venue, request.room, request.trainer
    lesson.save(update_fields=["starts_at", "ends_at", "venue", "room", "trainer"])
    _follow(lesson.training_class, request)


def _hold_after_all(request: ChangeRequest, now: datetime) -> None:
    """A new lesson with what the cancelled one was to teach; that one stays cancelled, with whoever had come to it."""
    training_class = _held(request).training_class
    # Nobody else gives out the next number meanwhile.
    TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)
    _refuse_late(request, training_class, now)
    _refuse_failures(request, now)
    lesson = wished(request, training_class)
    plan = LessonPlan(
        title=lesson.title,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        part=lesson.part,
        room=lesson.room,
        materials=lesson.materials,
        venue=lesson.venue,
    )
    request.made = add_lesson(training_class, plan, lesson.number, lesson.trainer)
    request.save(update_fields=["made"])
    _follow(training_class, request)


def _refuse_late(request: ChangeRequest, training_class: TrainingClass, now: datetime) -> None:
    if training_class.status not in CHANGEABLE:
        raise ChangeRefused(ChangeRefusal.NOT_CHANGEABLE)
    if request.wished[0] <= now:
        raise ChangeRefused(ChangeRefusal.WRONG_TIMES)
    if request.trainer is not None:
        # Holds off a score that this trainer is recording at the same moment.
        TrainingClass.objects.select_for_update(no_key=True).get(pk=training_class.pk)
    _refuse_examiner(request.trainer, training_class)


def _follow(training_class: TrainingClass, request: ChangeRequest) -> None:
    if request.trainer is not None:
        training_class.trainers.add(request.trainer)
    _set_period(training_class)


def _refuse_failures(request: ChangeRequest, now: datetime) -> None:
    failed = [finding for finding in foresee_change(request=request, now=now).findings if finding.blocks]
    if failed:
        timetable = any(finding.code not in CLASHES for finding in failed)
        code = ChangeRefusal.CHECKS_FAILED if timetable else ChangeRefusal.CLASH
        raise ChangeRefused(code, words=" ".join(finding.sentence for finding in failed))


def _tell(request: ChangeRequest, now: datetime) -> None:
    """Exactly those concerned: learners who hold a seat, the trainer who gave the lesson and the one who gives it."""
    training_class = request.training_class
    starts_at, ends_at = request.wished
    params = {
        "course": training_class.course.name,
        "number": (request.made or request.of_lesson).number,
        "was": request.before[0].isoformat(),
        "starts": starts_at.isoformat(),
        "ends": dates.clock(ends_at),
        "room": request.where,
        "reason": request.reason,
    }
    sms = OutboxMessage.Channel.SMS
    kind = "lesson_cancelled" if request.cancels else "lesson_added" if request.adds else "lesson_changed"
    seated = Enrolment.objects.filter(training_class=training_class, status__in=Enrolment.SEATED)
    for enrolment in seated.select_related("learner").order_by("arrival_no"):
        learner = enrolment.learner
        notices.queue(
            kind=kind, channel=sms, params=params, now=now, to=learner.phone, learner=learner,
            training_class=training_class,
        )  # fmt: skip
    givers = (request.trainer,) if request.adds else (request.was_trainer, request.trainer)
    trainers = {trainer.pk: trainer for trainer in givers if trainer}
    for trainer in trainers.values():
        notices.tell_staff(user=trainer, kind=f"{kind}_trainer", params=params, now=now)
