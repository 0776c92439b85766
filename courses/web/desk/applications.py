"""报名审核: the applications of a reviewed class, and several of them admitted together once it is read what that does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import access, enrolment, notices
from courses.access import Permission
from courses.enrolment import EnrolmentRefused, Finding, Foreseen, Foresight
from courses.models import Enrolment, Proof, TrainingClass, User
from courses.people import proofs
from courses.web.desk.class_file import fetch
from courses.web.desk.outlook import gather
from courses.web.desk.page import officer, show
from courses.web.gate import allow

PER_PAGE = 60
Status = Enrolment.Status


@dataclass(frozen=True)
class Applicant:
    """One line of the list: a masked name, what the rules remarked on, what was handed in; `proved`: by the reader."""

    enrolment: Enrolment
    name: str
    remarks: list[Finding]
    proofs: list[Proof]
    no_shows: int
    proved: bool


@dataclass(frozen=True)
class Consequence:
    """What admitting would do to one application; `against` is the rule's sentence where it would do nothing."""

    foreseen: Foreseen
    name: str
    against: str
    remarks: list[Finding]


@allow(Permission.RUN_CLASSES)
def desk_applications(request: HttpRequest, number: str) -> HttpResponse:
    """In order of arrival, in a number of statements that does not depend on theirs."""
    now = timezone.now()
    user = officer(request)
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    waiting = _rows(request, training_class).filter(status=Status.APPLIED)
    page = Paginator(waiting.order_by("arrival_no"), PER_PAGE).get_page(request.GET.get("page"))

    def may(permission: Permission) -> bool:
        return access.may_on(user=user, training_class=training_class, permission=permission, now=now)

    context = {
        "training_class": training_class,
        "page": page,
        "applicants": _applicants(list(page.object_list), user, now),
        "may_enrol": may(Permission.ENROL_AT_COUNTER),
        "may_see_proofs": may(Permission.SEE_PROOFS),
        "crumbs": _crumbs(number),
        "here": _("报名审核"),
    }
    return show(request, "desk/applications/list.html", context, here="desk_classes")


@allow(Permission.RUN_CLASSES)
def desk_admit(request: HttpRequest, number: str) -> HttpResponse:
    """What admitting the chosen would do, before it is done: who gets in, whom a rule keeps out, who hears of it."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    chosen = _chosen(request, training_class, request.GET.getlist("enrolment"))
    ahead = enrolment.foresee(by=officer(request), enrolments=chosen, now=timezone.now())
    context = {
        "training_class": training_class,
        "ahead": ahead,
        "consequences": [_consequence(row) for row in ahead.rows],
        "by_rule": gather(_against(row) for row in ahead.refused if not row.decided),
        "decided": sum(row.decided for row in ahead.rows),
        **_told(ahead),
        **_seats(training_class, ahead),
        "crumbs": [*_crumbs(number), (_("报名审核"), reverse("desk_applications", args=[number]))],
        "here": _("录取"),
    }
    return show(request, "desk/applications/admit.html", context, here="desk_classes")


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_admit_done(request: HttpRequest, number: str) -> HttpResponse:
    """Admit exactly what was shown, or nobody where that has changed."""
    training_class = fetch(request, number, Permission.RUN_CLASSES)
    chosen = _chosen(request, training_class, request.POST.getlist("enrolment"))
    seal = request.POST.get("seal", "")
    try:
        result = enrolment.admit_all(by=officer(request), enrolments=chosen, seen=seal, now=timezone.now())
    except EnrolmentRefused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_applications", number)
    _say_done(request, result.done)
    for sentence in dict.fromkeys(_against(row) for row in result.refused):
        places = _places(row.enrolment for row in result.refused if _against(row) == sentence)
        messages.error(request, _("序号 %(places)s 没有录取：%(sentence)s") % {"places": places, "sentence": sentence})
    return redirect("desk_applications", number)


def _say_done(request: HttpRequest, done: Sequence[Enrolment]) -> None:
    silent = [row for row in done if not notices.is_reached(learner=row.learner)]
    if done:
        many, told = len(done), len(done) - len(silent)
        words = ngettext("已录取 %(many)s 人，通知 %(told)s 人。", "已录取 %(many)s 人，通知 %(told)s 人。", many)
        messages.success(request, words % {"many": many, "told": told})
    if silent:
        words = _("序号 %(places)s 没有手机号，收不到通知，请当面告知。名单在「待我办」。")
        messages.warning(request, words % {"places": _places(silent)})


def _places(rows: Iterable[Enrolment]) -> str:
    return _("、").join(str(row.arrival_no) for row in rows)


def _rows(request: HttpRequest, training_class: TrainingClass) -> QuerySet[Enrolment]:
    seen = access.visible_enrolments(user=officer(request), now=timezone.now())
    own = Enrolment.objects.filter(pk__in=seen.values("pk"), training_class=training_class)
    return own.select_related("learner", "category", "training_class__course")


def _chosen(request: HttpRequest, training_class: TrainingClass, numbers: list[str]) -> list[Enrolment]:
    """Whatever became of them since: what was decided meanwhile is said of each."""
    return list(_rows(request, training_class).filter(number__in=numbers[:PER_PAGE]).order_by("arrival_no"))


def _applicants(rows: list[Enrolment], user: User, now: datetime) -> list[Applicant]:
    handed_in = proofs.by_enrolment(enrolments=rows)
    no_shows = enrolment.recent_no_shows(learners=[row.learner for row in rows], now=now)
    own = enrolment.those_proved_by(by=user, enrolments=rows)
    return [
        Applicant(
            row,
            row.learner.masked_name,
            enrolment.from_rows(row.findings),
            handed_in[row.pk],
            no_shows.get(row.learner_id, 0),
            row.pk in own,
        )
        for row in rows
    ]


def _consequence(row: Foreseen) -> Consequence:
    remarks = [] if row.refusal else enrolment.from_rows(row.enrolment.findings)
    return Consequence(row, row.enrolment.learner.masked_name, _against(row), remarks)


def _against(row: Foreseen) -> str:
    """The rule alone: its refusal would say that nothing was done, of what nobody has pressed yet."""
    if row.refusal is None:
        return ""
    return row.refusal.finding.sentence if row.refusal.finding else row.refusal.sentence_before


def _told(ahead: Foresight) -> dict[str, int]:
    heard = sum(row.is_heard for row in ahead.admitted)
    return {"heard": heard, "by_people": len(ahead.admitted) - heard}


def _seats(training_class: TrainingClass, ahead: Foresight) -> dict[str, int]:
    """The class as it would be. An application holds its seat already: who waits neither gains nor loses one."""
    live = Enrolment.objects.filter(training_class=training_class, status__in=(Status.ADMITTED, Status.APPLIED))
    counted = dict(live.order_by().values_list("status").annotate(many=Count("pk")))
    more = len(ahead.admitted)
    return {
        "in_class": counted.get(Status.ADMITTED, 0) + more,
        "undecided": counted.get(Status.APPLIED, 0) - more,
        "free": max(0, training_class.seats - training_class.taken),
    }


def _crumbs(number: str) -> list[tuple[str, str]]:
    return [(_("班次"), reverse("desk_classes")), (number, reverse("desk_class", args=[number]))]
