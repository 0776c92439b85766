"""One class on one page: facts, lessons, people with masked names, completions with their reasoning, history, steps."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, attendance, classes, completion, enrolment, policy, privacy
from courses.access import Permission
from courses.enrolment import Finding
from courses.models import Attendance, Completion, Enrolment, Lesson, Proof, TrainingClass, TransferRequest, User
from courses.people import proofs
from courses.web.desk.class_hurdles import hurdles
from courses.web.desk.class_moves import moves_for
from courses.web.desk.group_rows import booking_rows
from courses.web.desk.page import officer, show
from courses.web.desk.reasoning import Reasoned, read_reasoning
from courses.web.gate import allow
from courses.web.told import name_the_unheard, said_to, told

PER_PAGE = 60
# Of whom a person still decides: what speaks for and against them is shown.
UNDECIDED = (Enrolment.Status.APPLIED, Enrolment.Status.WAITLISTED, Enrolment.Status.CANDIDATE)
FACTS = ("course__kind", "district", "institution", "venue", "project", "policy", "submitted_by", "approved_by")


@dataclass(frozen=True)
class Person:
    """One line of the roster: a masked name, the minutes attended, and how far the completion has come; `proved`: the
    reader handed the proof in."""

    enrolment: Enrolment
    name: str
    minutes: int
    completion: Reasoned | None
    remarks: list[Finding]
    proofs: list[Proof]
    wish: TransferRequest | None
    never_came: bool
    no_shows: int
    proved: bool

    @property
    def live(self) -> bool:
        return self.enrolment.status in Enrolment.LIVE


@dataclass(frozen=True)
class Meeting:
    """`room` is the name of a lesson that goes on at this moment, whose heads may be counted."""

    lesson: Lesson
    here: int
    by_hand: int
    room: str


MAY = {
    "may_run": Permission.RUN_CLASSES,
    "may_enrol": Permission.ENROL_AT_COUNTER,
    "may_review": Permission.REVIEW,
    "may_book": Permission.BOOK_GROUPS,
    "may_export": Permission.EXPORT,
    "may_see_proofs": Permission.SEE_PROOFS,
    "may_card": Permission.PROPOSE_CARDS,
}


def fetch(request: HttpRequest, number: str, permission: Permission) -> TrainingClass:
    """The class, if a post that grants the permission shows it; a stranger's is a 404."""
    found = access.visible_classes(user=officer(request), now=timezone.now(), permission=permission)
    return get_object_or_404(found.select_related(*FACTS), number=number)


@allow(Permission.SEE_DESK)
def desk_class(request: HttpRequest, number: str) -> HttpResponse:
    now = timezone.now()
    user = officer(request)
    training_class = fetch(request, number, Permission.SEE_DESK)
    page = Paginator(_enrolments(training_class), PER_PAGE).get_page(request.GET.get("page"))

    def may(permission: Permission) -> bool:
        return access.may_on(user=user, training_class=training_class, permission=permission, now=now)

    context = {
        "training_class": training_class,
        "trainers": [privacy.mask_name(trainer.name) for trainer in training_class.trainers.all()],
        "meetings": _meetings(training_class, now),
        "page": page,
        "people": _people(training_class, list(page.object_list), user, now),
        "steps": _completion_steps(training_class),
        "asks_scores": bool(completion.scores_asked(training_class)),
        "asks_works": bool(completion.works_asked(training_class)),
        "events": training_class.events.select_related("by").order_by("at", "pk"),
        "moves": moves_for(user=user, training_class=training_class, now=now),
        **{name: may(permission) for name, permission in MAY.items()},
        "bookings": booking_rows(training_class),
        "cards": access.visible_cards(user=user, now=now, permission=Permission.SEE_DESK).filter(
            training_class=training_class
        ),
        "own": training_class.submitted_by_id == user.pk,
        **hurdles(
            training_class=training_class, now=now, runs=may(Permission.RUN_CLASSES), reviews=may(Permission.REVIEW)
        ),
        "deadline": classes.review_deadlines(training_classes=[training_class], now=now).get(training_class.pk),
        "user_pk": user.pk,
        "hour": policy.of_class(training_class=training_class, on=policy.local_date(now)).hour_minutes,
        "crumbs": [(_("班次"), reverse("desk_classes"))],
        "here": training_class.number,
    }
    return show(request, "desk/classes/file.html", context, here="desk_classes")


def _enrolments(training_class: TrainingClass) -> QuerySet[Enrolment]:
    return (
        Enrolment.objects.filter(training_class=training_class)
        .select_related("learner", "category", "transferred_to__training_class")
        .order_by("arrival_no")
    )


def _people(training_class: TrainingClass, enrolments: list[Enrolment], user: User, now: datetime) -> list[Person]:
    minutes = dict(
        Attendance.objects.filter(enrolment__in=enrolments)
        .order_by()
        .values_list("enrolment")
        .annotate(total=Sum("minutes"))
    )
    completions = {
        row.enrolment_id: row
        for row in Completion.objects.filter(enrolment__in=enrolments).select_related(
            "proposed_by", "submitted_by", "approved_by"
        )
    }
    wishes = enrolment.open_requests(training_class=training_class)
    missing = set(enrolment.never_came(training_class=training_class, now=now).values_list("pk", flat=True))
    undecided = [row.learner for row in enrolments if row.status in UNDECIDED]
    no_shows = enrolment.recent_no_shows(learners=undecided, now=now)
    handed_in = proofs.by_enrolment(enrolments=enrolments)
    proved = enrolment.those_proved_by(by=user, enrolments=[row for row in enrolments if row.status in UNDECIDED])
    return [
        Person(
            row,
            row.learner.masked_name,
            minutes.get(row.pk) or 0,
            read_reasoning(completions[row.pk]) if row.pk in completions else None,
            enrolment.from_rows(row.findings),
            handed_in[row.pk],
            wishes.get(row.pk),
            row.pk in missing,
            no_shows.get(row.learner_id, 0),
            row.pk in proved,
        )
        for row in enrolments
    ]


def _meetings(training_class: TrainingClass, now: datetime) -> list[Meeting]:
    here = Q(attendance__in_at__isnull=False)
    lessons = training_class.lessons.select_related("trainer", "venue").annotate(
        here=Count("attendance", filter=here), by_hand=Count("attendance", filter=here & Q(attendance__by_hand=True))
    )
    return [
        Meeting(
            lesson,
            lesson.here,
            lesson.by_hand,
            attendance.lesson_name(lesson) if lesson.starts_at <= now <= lesson.ends_at else "",
        )
        for lesson in lessons
    ]


def _completion_steps(training_class: TrainingClass) -> dict[str, int]:
    """How many completions of the class stand at each step."""
    steps = dict.fromkeys(Completion.Status.values, 0)
    totals = (
        Completion.objects.filter(enrolment__training_class=training_class)
        .order_by()
        .values_list("status")
        .annotate(total=Count("pk"))
    )
    return steps | dict(totals)


@require_POST
@allow(Permission.SEE_DESK)
def desk_class_submit(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    with told(request, _("已提交，等区市审核。")):
        classes.submit(by=officer(request), training_class=training_class, now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_class_approve(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.REVIEW)
    with told(request, _("已批准，班次开始报名。")):
        classes.approve(by=officer(request), training_class=training_class, now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_class_return(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch(request, number, Permission.REVIEW)
    reason = request.POST.get("reason", "")
    with told(request, _("已退回机构，原因已写明。")):
        classes.send_back(by=officer(request), training_class=training_class, reason=reason, now=timezone.now())
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_class_advance(request: HttpRequest, number: str) -> HttpResponse:
    """Take one of the steps that the page offers this person."""
    now = timezone.now()
    training_class = fetch(request, number, Permission.SEE_DESK)
    offered = moves_for(user=officer(request), training_class=training_class, now=now)
    move = next((move for move in offered if move.to == request.POST.get("to")), None)
    if move is None:
        messages.error(request, _("班次现在不能这样办理，未保存。请看现在的状态再选。"))
        return redirect("desk_class", number)
    reason = request.POST.get("reason", "")
    with told(request, _("已办理，班次现在是「%(status)s」。") % {"status": move.to.label}):
        attendance.advance(by=officer(request), training_class=training_class, to=move.to, now=now, reason=reason)
    name_the_unheard(request, training_class=training_class, now=now)
    return redirect("desk_class", number)


@require_POST
@allow(Permission.SEE_DESK)
def desk_enrolment_decide(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """Admit or turn down one application of a reviewed class; back to the page that it was decided on."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    row = get_object_or_404(
        access.visible_enrolments(user=officer(request), now=timezone.now()).select_related(
            "learner__user", "training_class__course"
        ),
        number=enrolment_number,
        training_class=training_class,
    )
    with told(request, _("已办理，%(told)s。") % {"told": said_to(row.learner)}):
        _decide(request, row, timezone.now())
    return redirect("desk_applications" if "listed" in request.POST else "desk_class", number)


def _decide(request: HttpRequest, row: Enrolment, now: datetime) -> None:
    if request.POST.get("decision") == "admit":
        enrolment.admit(by=officer(request), enrolment=row, now=now)
    elif request.POST.get("decision") == "refuse":
        enrolment.refuse(by=officer(request), enrolment=row, reason=request.POST.get("reason", ""), now=now)
    else:
        raise BadRequest
