"""单位团报: take an employer's booking down, send its list, give all the seats or none, take them back, print."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import access, groups, privacy, rosters
from courses.access import Permission
from courses.groups import GroupRefusal
from courses.models import Enrolment, GroupBooking, TrainingClass
from courses.refusals import Refused
from courses.web.attachments import blank, download
from courses.web.desk.class_file import fetch
from courses.web.desk.group_forms import AmendForm, GroupForm
from courses.web.desk.group_rows import booking_rows
from courses.web.desk.page import officer, show
from courses.web.desk.rosters import RosterForm, chosen_rows, findings
from courses.web.gate import allow
from courses.web.told import told


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
@allow(Permission.BOOK_GROUPS)
def desk_group_new(request: HttpRequest, number: str) -> HttpResponse:
    """A booking of one class, taken down at the counter; where seats are short, other classes are named."""
    training_class = fetch(request, number, Permission.BOOK_GROUPS)
    form = GroupForm(request.POST or None)
    others: list[dict[str, Any]] = []
    short = 0
    if form.is_valid():
        employer, seats = form.asked()
        try:
            made = groups.request(
                training_class=training_class, employer=employer, seats=seats, by=officer(request), now=timezone.now()
            )
        except Refused as refusal:
            form.refuse(refusal)
            if refusal.code == GroupRefusal.NO_SEATS:
                others, short = _others(request, training_class, seats), seats
        else:
            messages.success(request, _("已登记，团报编号 %(number)s。请上传名单。") % {"number": made.number})
            return redirect("desk_group", made.number)
    context = {
        "training_class": training_class,
        "form": form,
        "open": training_class.status == TrainingClass.Status.ENROLLING,
        "free": training_class.seats_left,
        "others": others,
        "short": short,
        "bookings": booking_rows(training_class),
        "may_book": True,
        "crumbs": _crumbs(training_class),
        "here": _("单位团报"),
    }
    return show(request, "desk/groups/new.html", context, here="desk_classes", status=422 if form.errors else 200)


def _others(request: HttpRequest, training_class: TrainingClass, seats: int) -> list[dict[str, Any]]:
    """Classes of the same course with seats enough; with a link where this person may book there."""
    now = timezone.now()
    return [
        {
            "opening": one,
            "may_book": access.may_on(
                user=officer(request), training_class=one.training_class, permission=Permission.BOOK_GROUPS, now=now
            ),
        }
        for one in groups.elsewhere(training_class=training_class, seats=seats, now=now)
    ]


def _crumbs(training_class: TrainingClass) -> list[tuple[str, str]]:
    return [
        (_("班次"), reverse("desk_classes")),
        (training_class.number, reverse("desk_class", args=[training_class.number])),
    ]


def _fetch(request: HttpRequest, number: str) -> GroupBooking:
    found = access.visible_bookings(user=officer(request), now=timezone.now(), permission=Permission.BOOK_GROUPS)
    joined = ("training_class__course", "training_class__institution", "by", "given_by", "ended_by", "told")
    return get_object_or_404(found.select_related(*joined), number=number)


@never_cache
@require_safe
@allow(Permission.BOOK_GROUPS)
def desk_group(request: HttpRequest, number: str) -> HttpResponse:
    """One booking wherever it stands: waiting for its list, to mend, to confirm, its receipt, taken back."""
    return _show(request, _fetch(request, number), RosterForm())


def _show(request: HttpRequest, booking: GroupBooking, form: RosterForm) -> HttpResponse:
    training_class = booking.training_class
    outlook = groups.outlook(booking=booking)
    members = groups.members(booking=booking)
    context = {
        "booking": booking,
        "phone": privacy.mask_phone(booking.phone),
        "training_class": training_class,
        "outlook": outlook,
        "seen": outlook.seen,
        "form": form,
        "others": _others(request, training_class, booking.seats) if outlook.is_full else [],
        "members": members,
        "not_reached": sum(row.why == Enrolment.Why.NOT_REACHED for row in members),
        "may_undo": groups.may_undo(booking=booking, now=timezone.now()),
        "crumbs": [*_crumbs(training_class), (_("单位团报"), reverse("desk_group_new", args=[training_class.number]))],
        "here": booking.number,
    }
    if outlook.roster is not None:
        context |= findings(outlook.roster)
    return show(request, "desk/groups/file.html", context, here="desk_classes", status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("phone")
@require_http_methods(["GET", "POST"])
@allow(Permission.BOOK_GROUPS)
def desk_group_amend(request: HttpRequest, number: str) -> HttpResponse:
    """Correct the employer, the contact or the number of people while no seat is given."""
    booking = _fetch(request, number)
    kept = {name: getattr(booking, name) for name in ("employer", "credit_code", "contact", "seats")}
    form = AmendForm(request.POST or None, initial=kept)
    if form.is_valid():
        employer, seats = form.asked()
        try:
            groups.amend(booking=booking, employer=employer, seats=seats, by=officer(request), now=timezone.now())
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("已更正。"))
            return redirect("desk_group", number)
    context = {
        "booking": booking,
        "training_class": booking.training_class,
        "phone": privacy.mask_phone(booking.phone),
        "form": form,
        "crumbs": [*_crumbs(booking.training_class), (booking.number, reverse("desk_group", args=[number]))],
        "here": _("更正"),
    }
    return show(request, "desk/groups/amend.html", context, here="desk_classes", status=422 if form.errors else 200)


@never_cache
@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_send(request: HttpRequest, number: str) -> HttpResponse:
    """The list of people: form A, read and judged as every roster."""
    booking = _fetch(request, number)
    form = RosterForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            groups.take_list(
                booking=booking,
                content=file.read(),
                file_name=file.name or "",
                consent=form.cleaned_data["consent"],
                by=officer(request),
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return redirect("desk_group", number)
    return _show(request, booking, form)


@require_safe
@allow(Permission.BOOK_GROUPS)
def desk_group_template(request: HttpRequest, number: str) -> HttpResponseBase:
    """An empty form; it holds nobody."""
    training_class = _fetch(request, number).training_class
    file = rosters.template(training_class=training_class)
    return blank(file, _("花名册模板-%(number)s") % {"number": training_class.number})


@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_decide(request: HttpRequest, number: str) -> HttpResponse:
    roster = groups.current_list(booking=_fetch(request, number))
    if roster is not None:
        with told(request, _("决定已保存。")):
            rosters.decide(roster=roster, decisions=chosen_rows(request), by=officer(request), now=timezone.now())
    return redirect("desk_group", number)


@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_confirm(request: HttpRequest, number: str) -> HttpResponse:
    booking = _fetch(request, number)
    try:
        groups.confirm(booking=booking, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("desk_group", number)


@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_undo(request: HttpRequest, number: str) -> HttpResponse:
    booking = _fetch(request, number)
    try:
        gone = groups.undo(booking=booking, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        said = ngettext("已撤销，退出 %(count)s 人。", "已撤销，退出 %(count)s 人。", gone)
        messages.success(request, said % {"count": gone})
    return redirect("desk_group", number)


@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_drop(request: HttpRequest, number: str) -> HttpResponse:
    booking = _fetch(request, number)
    with told(request, _("已放弃，名单内容已清除。")):
        groups.drop(booking=booking, by=officer(request), now=timezone.now())
    return redirect("desk_group", number)


@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_problems(request: HttpRequest, number: str) -> HttpResponseBase:
    """The list that was sent, with its problems written in; a POST, since it leaves its row in the records."""
    booking = _fetch(request, number)
    roster = groups.current_list(booking=booking)
    if roster is None:
        return redirect("desk_group", number)
    try:
        given = rosters.with_problems(roster=roster, by=officer(request), now=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("desk_group", number)
    return download(given, _("名单-待改-%(number)s") % {"number": booking.number})


@never_cache
@require_POST
@allow(Permission.BOOK_GROUPS)
def desk_group_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The list for the employer on A4; a POST, since it leaves its row in the records."""
    booking = _fetch(request, number)
    now = timezone.now()
    context = {
        "booking": booking,
        "phone": privacy.mask_phone(booking.phone),
        "training_class": booking.training_class,
        "members": groups.list_for_employer(booking=booking, by=officer(request), now=now),
        "now": now,
    }
    return render(request, "desk/groups/sheet.html", context)
