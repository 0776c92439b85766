"""我的班: today first, one tap to the lesson."""

from datetime import datetime, time, timedelta
from typing import Any, cast

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses import access, attendance, notices, policy
from courses.access import Permission
from courses.models import Completion, Dispute, Enrolment, LeaveRequest, Lesson, MakeUp, TrainingClass, User
from courses.web import sheets
from courses.web.gate import allow
from courses.web.teach import past

SOON = 6
# What was told lately stands above the list as well.
NEWS, NEWS_MOST = timedelta(days=3), 3


@allow(Permission.TEACH)
def class_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    user = teacher(request)
    today = policy.local_date(now)
    lessons = (
        access.visible_lessons(user=user, now=now, permission=Permission.TEACH)
        .exclude(training_class__status__in=(*TrainingClass.UNAPPROVED, *TrainingClass.STOPPED))
        .exclude(status=Lesson.Status.CANCELLED)
        .select_related("training_class__course", "trainer", "venue")
        .order_by("starts_at")
    )
    day = datetime.combine(today, time.min, policy.CITY_TIME)
    classes = list(_classes(user, now))
    due = [row for row in classes if row.ends_on <= today and row.undecided]
    return render(
        request,
        "teach/classes/list.html",
        {
            "now": now,
            "told": notices.told_staff(user=user, since=now - NEWS)[:NEWS_MOST],
            "today": sorted(
                (_row(row, now) for row in lessons.filter(ends_at__gt=day, starts_at__lt=day + timedelta(days=1))),
                key=_this_hour_first,
            ),
            "later": [_row(row, now) for row in lessons.filter(starts_at__gte=day + timedelta(days=1))[:SOON]],
            "asking": _asking(user, now),
            "papers": sheets.waiting(user=user, now=now),
            "past": past.unfinished(user=user, now=now),
            "due": due,
            "classes": [row for row in classes if row not in due],
        },
    )


@allow(Permission.TEACH)
@never_cache
@require_safe
def class_lessons(request: HttpRequest, number: str) -> HttpResponse:
    """Every lesson of one class that is over, and the way to its register."""
    now, user = timezone.now(), teacher(request)
    training_class = own_class(request, number)
    lessons = Lesson.objects.filter(training_class=training_class).select_related("training_class")
    context = {"training_class": training_class, "past": past.listed(lessons=lessons, user=user, now=now)}
    return render(request, "teach/classes/lessons.html", context)


def _classes(user: User, now: datetime) -> QuerySet[TrainingClass, Any]:
    """Own classes, newest first, each with the number of learners whose completion nobody has proposed."""
    admitted = Q(enrolments__status=Enrolment.Status.ADMITTED)
    undecided = Q(enrolments__completion__isnull=True) | Q(enrolments__completion__status=Completion.Status.RETURNED)
    return (
        access.visible_classes(user=user, now=now, permission=Permission.TEACH)
        .exclude(status__in=(*TrainingClass.UNAPPROVED, *TrainingClass.STOPPED, TrainingClass.Status.ARCHIVED))
        .select_related("course")
        .annotate(undecided=Count("enrolments", filter=admitted & undecided, distinct=True))
        .order_by("-starts_on", "-number")[:30]
    )


def _asking(user: User, now: datetime) -> QuerySet[TrainingClass, Any]:
    """Own classes in which a learner waits for an answer, with how many requests for leave, disputes and lessons made
    up: guests that ask, were seen or have heard a lesson elsewhere."""
    leave = Q(enrolments__leave_requests__status=LeaveRequest.Status.ASKED)
    raised = Q(enrolments__disputes__status=Dispute.Status.RAISED)
    heard = Q(enrolments__make_ups__status=MakeUp.Status.WITNESSED) & ~Q(enrolments__make_ups__witnessed_by=user)
    asked = Q(lessons__guests__status=MakeUp.Status.ASKED)
    over = Q(lessons__guests__status=MakeUp.Status.AGREED, lessons__ends_at__lte=now)
    own = access.visible_classes(user=user, now=now, permission=Permission.TEACH)
    return (
        TrainingClass.objects.filter(pk__in=own.values("pk"))
        .select_related("course")
        .annotate(
            leave=Count("enrolments__leave_requests", filter=leave, distinct=True),
            disputes=Count("enrolments__disputes", filter=raised, distinct=True),
            heard=Count("enrolments__make_ups", filter=heard, distinct=True),
            guests=Count("lessons__guests", filter=asked | over, distinct=True),
        )
        .filter(Q(leave__gt=0) | Q(disputes__gt=0) | Q(heard__gt=0) | Q(guests__gt=0))
        .order_by("starts_on", "number")
    )


def _row(lesson: Lesson, now: datetime) -> dict[str, Any]:
    return {
        "lesson": lesson,
        "name": attendance.lesson_name(lesson),
        "running": lesson.starts_at - timedelta(minutes=30) <= now <= lesson.ends_at,
        "over": now > lesson.ends_at,
    }


def _this_hour_first(row: dict[str, Any]) -> tuple[bool, bool, float]:
    """Of the lessons that are going on the one that began last, whose learners arrive now; then what is to come."""
    begun = row["lesson"].starts_at.timestamp()
    return row["over"], not row["running"], -begun if row["running"] else begun


def teacher(request: HttpRequest) -> User:
    """The signed-in person; the gate has let nobody else in."""
    return cast("User", request.user)


def own_class(request: HttpRequest, number: str) -> TrainingClass:
    """The class of that number, if this person teaches it; a stranger's is not found."""
    found = access.visible_classes(user=teacher(request), now=timezone.now(), permission=Permission.TEACH)
    training_class = found.select_related("course", "policy").filter(number=number).first()
    if training_class is None:
        raise Http404
    return training_class


def own_lesson(request: HttpRequest, name: str) -> Lesson:
    """The lesson of the six characters, if this person teaches it; a stranger's is not found."""
    code = attendance.lesson_code(name)
    if code is None:
        raise Http404
    lesson = (
        access.visible_lessons(user=teacher(request), now=timezone.now(), permission=Permission.TEACH)
        .select_related("training_class__course", "training_class__venue", "training_class__policy", "trainer")
        .exclude(training_class__status__in=TrainingClass.UNAPPROVED)
        .filter(code=code)
        .first()
    )
    if lesson is None:
        raise Http404
    return lesson
