"""变更申请: another time, place or trainer for a lesson of an approved class, one that makes up for a cancelled one, other
seats for the class or another deadline; asked here, decided here by another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from courses import access, attendance, classes, enrolment
from courses.access import Permission
from courses.classes import Finding
from courses.classes.clashes import ClashKind
from courses.models import ChangeRequest, Lesson, TrainingClass
from courses.refusals import Refused
from courses.web.desk.change_forms import ChangeForm, DeadlineForm, ReplacementForm, SeatsForm, SeveralForm
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import name_the_unheard, told


@dataclass(frozen=True)
class Outlook:
    """What granting a request would bring: failed checks, the classes it clashes with, and how many the reader may not
    see."""

    findings: list[Finding]
    classes: list[TrainingClass]
    unseen: int


@allow(Permission.SEE_DESK)
def desk_changes(request: HttpRequest, number: str) -> HttpResponse:
    """The requests of one class, with what was and what shall be; and the forms for another."""
    now = timezone.now()
    asks = request.POST.get("ask", "change") if request.method == "POST" else ""
    training_class = fetch(request, number, Permission.RUN_CLASSES if asks else Permission.SEE_DESK)
    forms = _forms(request, asks, training_class)
    sent = forms.get(asks)
    if sent is not None and sent.is_valid() and _ask(request, asks, sent, training_class, now):
        return redirect("desk_changes", number)

    def may(permission: Permission) -> bool:
        return access.may_on(user=officer(request), training_class=training_class, permission=permission, now=now)

    joined = ("lesson", "venue", "was_venue", "was_trainer", "trainer", "asked_by", "decided_by", "made")
    listed = ChangeRequest.objects.filter(training_class=training_class).select_related(*joined)
    may_review, may_run = may(Permission.REVIEW), may(Permission.RUN_CLASSES)
    context = {
        "training_class": training_class,
        "forms": forms,
        "sent": sent,
        "requests": [_shown(request, rows, training_class, now, may_review=may_review) for rows in _together(listed)],
        "may_ask": may_run and training_class.status in classes.CHANGEABLE,
        "may_resize": may_run and training_class.status in enrolment.RESIZABLE,
        "may_replace": training_class.lessons.filter(status=Lesson.Status.CANCELLED).exists(),
        "may_review": may_review,
        "user_pk": officer(request).pk,
        "crumbs": [
            (_("班次"), reverse("desk_classes")),
            (training_class.number, reverse("desk_class", args=[number])),
        ],
        "here": _("变更申请"),
    }
    failed = sent is not None and bool(sent.errors)
    return show(request, "desk/changes/list.html", context, here="desk_classes", status=422 if failed else 200)


def _forms(request: HttpRequest, asks: str, training_class: TrainingClass) -> dict[str, Form]:
    """One of them is bound: the one that was sent."""

    def sent(name: str) -> QueryDict | None:
        return request.POST if asks == name else None

    return {
        "change": ChangeForm(sent("change"), training_class=training_class),
        "several": SeveralForm(sent("several"), training_class=training_class, prefix="several"),
        "replace": ReplacementForm(sent("replace"), training_class=training_class, prefix="replace"),
        "seats": SeatsForm(sent("seats"), prefix="seats", initial={"seats": training_class.seats}),
        "deadline": DeadlineForm(sent("deadline"), prefix="deadline", initial={"until": training_class.enrol_until}),
    }


def _together(listed: Iterable[ChangeRequest]) -> list[list[ChangeRequest]]:
    """What was asked for together and has come as far, in the order of the lessons."""
    found: dict[tuple[str, str], list[ChangeRequest]] = {}
    for row in listed:
        found.setdefault((row.bundle, row.status), []).append(row)
    return [sorted(rows, key=lambda row: row.of_lesson.number) if rows[1:] else rows for rows in found.values()]


def _shown(
    request: HttpRequest, rows: list[ChangeRequest], training_class: TrainingClass, now: datetime, *, may_review: bool
) -> dict[str, Any]:
    standing = _standing(rows[0], training_class)
    outlook = _outlook(request, rows, now) if may_review and standing == "open" else None
    several = rows if rows[1:] else []
    numbers = "、".join(str(row.of_lesson.number) for row in several)
    return {"row": rows[0], "several": several, "numbers": numbers, "standing": standing, "outlook": outlook}


def _standing(row: ChangeRequest, training_class: TrainingClass) -> str:
    """Of what nobody has decided: whether its class may be granted it now, once it goes on, or never again."""
    if row.status != ChangeRequest.Status.ASKED:
        return "decided"
    grantable = enrolment.grantable_in(request=row)
    if training_class.status in grantable:
        return "open"
    suspended = training_class.status == TrainingClass.Status.SUSPENDED
    return "paused" if suspended and classes.suspended_from(training_class=training_class) in grantable else "over"


def _outlook(request: HttpRequest, rows: list[ChangeRequest], now: datetime) -> Outlook:
    """What whoever decides on an open request reads first; of several lessons, what each would bring, said once."""
    foreseen = [classes.foresee_change(request=row, now=now) for row in rows]
    findings = {finding.sentence: finding for each in foreseen for finding in each.findings}
    clashes = [clash for each in foreseen for clash in each.clashes if clash.kind != ClashKind.OVERLAP]
    numbers = {clash.other.class_number for clash in clashes}
    seen = access.visible_classes(user=officer(request), now=now, permission=Permission.SEE_DESK)
    named = list(seen.filter(number__in=numbers).select_related("course").order_by("number"))
    return Outlook(list(findings.values()), named, len(numbers) - len(named))


def _ask(request: HttpRequest, asks: str, form: Form, training_class: TrainingClass, now: datetime) -> bool:
    by = officer(request)
    try:
        if isinstance(form, SeatsForm):
            enrolment.ask_seats(by=by, training_class=training_class, now=now, **form.cleaned_data)
        elif isinstance(form, DeadlineForm):
            enrolment.ask_deadline(by=by, training_class=training_class, now=now, **form.cleaned_data)
        elif isinstance(form, SeveralForm):
            classes.ask_changes(by=by, now=now, **form.cleaned_data)
        elif isinstance(form, ReplacementForm):
            classes.ask_replacement(by=by, now=now, **form.wanted())
        elif isinstance(form, ChangeForm) and form.cleaned_data["cancels"]:
            wanted = form.wanted()
            classes.ask_cancel(by=by, lesson=wanted["lesson"], reason=wanted["reason"], now=now)
        elif isinstance(form, ChangeForm):
            classes.ask_change(by=by, now=now, **form.wanted())
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return False
    messages.success(request, _("已提交变更申请，等区市审核。审核前仍按原安排。"))
    return True


@require_POST
@allow(Permission.REVIEW)
def desk_change_decide(request: HttpRequest, number: str, request_number: str) -> HttpResponse:
    """Grant or refuse one request, with what was asked for together with it."""
    training_class = fetch(request, number, Permission.REVIEW)
    rows = ChangeRequest.objects.filter(training_class=training_class)
    joined = ("training_class__course", "lesson", "venue", "was_venue", "was_trainer", "trainer")
    row = get_object_or_404(rows.select_related(*joined), number=request_number)
    now = timezone.now()
    decide = _decide_lesson if row.lesson else _decide_deadline if row.enrol_until else _decide_seats
    decide(request, row, request.POST.get("answer", ""), now)
    name_the_unheard(request, training_class=training_class, now=now)
    return redirect("desk_changes", number)


def _grants(request: HttpRequest) -> bool:
    return request.POST.get("decision") == "grant"


def _decide_seats(request: HttpRequest, row: ChangeRequest, answer: str, now: datetime) -> None:
    grant = _grants(request)
    with told(request, _("已同意，名额已改。") if grant else _("未同意变更，原因已写明。")):
        moved = enrolment.decide_seats(by=officer(request), request=row, grant=grant, answer=answer, now=now)
        _say_who_moved_up(request, len(moved))


def _decide_deadline(request: HttpRequest, row: ChangeRequest, answer: str, now: datetime) -> None:
    grant = _grants(request)
    with told(request, _("已同意，报名截止已改。") if grant else _("未同意变更，原因已写明。")):
        moved = enrolment.decide_deadline(by=officer(request), request=row, grant=grant, answer=answer, now=now)
        _say_who_moved_up(request, len(moved))


def _say_who_moved_up(request: HttpRequest, many: int) -> None:
    if many:
        words = ngettext("%(count)s 人递补，已通知。", "%(count)s 人递补，已通知。", many)
        messages.info(request, words % {"count": many})


def _decide_lesson(request: HttpRequest, row: ChangeRequest, answer: str, now: datetime) -> None:
    grant = _grants(request)
    with told(request, _("已同意变更，并通知学员和教师。") if grant else _("未同意变更，原因已写明。")):
        affected = attendance.decide_change(by=officer(request), request=row, grant=grant, answer=answer, now=now)
        again = sum(one.scan_again for one in affected)
        if again:
            words = ngettext(
                "%(count)s 人已按原时间签到，记录保留但不计，须按新时间重新签到。",
                "%(count)s 人已按原时间签到，记录保留但不计，须按新时间重新签到。",
                again,
            )
            messages.info(request, words % {"count": again})
