"""更正: what is on record of a person, put right at the counter. A name and a document are asked for by one person and
decided by another; the phone of somebody without a login changes at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, privacy
from courses.access import Permission
from courses.models import Certificate, CertificateWithdrawal, Correction, Learner, User
from courses.people import corrections
from courses.refusals import Refused
from courses.web.desk.correction_forms import FIELD_OF, DocumentForm, NameForm, PhoneForm, SeenForm
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import said_to, told

What, Status = Correction.What, Correction.Status
LATEST = 40


def _ask_name(learner: Learner, form: forms.Form, by: User, now: datetime) -> Correction:
    said = form.cleaned_data
    return corrections.ask_name(
        learner=learner, name=said["name"], seen=said["kind"], reason=said["reason"], by=by, now=now
    )


def _ask_document(learner: Learner, form: forms.Form, by: User, now: datetime) -> Correction:
    said = form.cleaned_data
    return corrections.ask_document(
        learner=learner, kind_key=said["kind"].key, number=said["number"], reason=said["reason"], by=by, now=now
    )


def _correct_phone(learner: Learner, form: forms.Form, by: User, now: datetime) -> Correction:
    said = form.cleaned_data
    return corrections.correct_phone(
        learner=learner, phone=said["phone"], seen=said["kind"], reason=said["reason"], by=by, now=now
    )


@dataclass(frozen=True)
class Ask:
    """How one thing is corrected: its form, its deed, and what is said when it was taken."""

    what: Correction.What
    form: type[SeenForm]
    deed: Callable[[Learner, forms.Form, User, datetime], Correction]
    title: str | Promise
    done: str | Promise


NAME = Ask(What.NAME, NameForm, _ask_name, gettext_lazy("更正姓名"), gettext_lazy("已提出，等另一人确认后更正。"))
DOCUMENT = Ask(
    What.DOCUMENT, DocumentForm, _ask_document, gettext_lazy("更正证件"), gettext_lazy("已提出，等另一人确认后更正。")
)
PHONE = Ask(
    What.PHONE,
    PhoneForm,
    _correct_phone,
    gettext_lazy("更正手机号"),
    gettext_lazy("手机号已更正，以后的通知不再发到原号码。"),
)


def _learner(request: HttpRequest, number: str) -> Learner:
    scope = access.visible_learners(user=officer(request), now=timezone.now(), permission=Permission.ENROL_AT_COUNTER)
    return get_object_or_404(scope, number=number)


def _on_record(learner: Learner) -> dict[str, Any]:
    document = learner.documents.select_related("kind").filter(until__isnull=True).first()
    return {
        "learner": learner,
        "name": learner.masked_name,
        "kind": document.kind.label if document else "",
        "document": privacy.mask_id(document.number) if document else "",
        "phone": privacy.mask_phone(learner.phone),
    }


def _certificates(request: HttpRequest, learner: Learner) -> QuerySet[Certificate]:
    """Those that stay as they are: in sight of this person, and not replaced or withdrawn."""
    seen = access.visible_certificates(user=officer(request), now=timezone.now(), permission=Permission.SEE_DESK)
    gone = CertificateWithdrawal.objects.filter(certificate=OuterRef("pk"), status=CertificateWithdrawal.Status.DONE)
    rows = seen.filter(~Exists(gone), completion__enrolment__learner=learner)
    return rows.select_related("completion__enrolment__training_class").order_by("number")


def _crumbs(learner: Learner) -> list[tuple[str, str]]:
    return [(_("学员"), reverse("desk_learners")), (_("更正"), reverse("desk_correct", args=[learner.number]))]


@never_cache
@allow(Permission.ENROL_AT_COUNTER)
def desk_correct(request: HttpRequest, number: str) -> HttpResponse:
    """What is on record of one person, masked, and what was corrected before."""
    learner = _learner(request, number)
    context = {
        **_on_record(learner),
        "certificates": _certificates(request, learner),
        "rows": learner.corrections.select_related("learner", "asked_by", "decided_by"),
        "crumbs": [(_("学员"), reverse("desk_learners"))],
        "here": _("更正"),
    }
    return show(request, "desk/corrections/person.html", context, here="desk_learners")


@never_cache
@sensitive_post_parameters("name", "reason")
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_correct_name(request: HttpRequest, number: str) -> HttpResponse:
    return _ask(request, number, NAME)


@never_cache
@sensitive_post_parameters("number", "reason")
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_correct_document(request: HttpRequest, number: str) -> HttpResponse:
    return _ask(request, number, DOCUMENT)


@never_cache
@sensitive_post_parameters("phone", "reason")
@require_http_methods(["GET", "POST"])
@allow(Permission.ENROL_AT_COUNTER)
def desk_correct_phone(request: HttpRequest, number: str) -> HttpResponse:
    return _ask(request, number, PHONE)


def _ask(request: HttpRequest, number: str, ask: Ask) -> HttpResponse:
    learner = _learner(request, number)
    form = ask.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = ask.deed(learner, form, officer(request), timezone.now())
            messages.success(request, str(ask.done))
            return redirect("desk_correction", made.number)
        except Refused as refusal:
            form.add_error(FIELD_OF.get(refusal.code), refusal.sentence)
    context = {
        **_on_record(learner),
        "what": ask.what.value,
        "title": ask.title,
        "form": form,
        "certificates": _certificates(request, learner),
        "crumbs": _crumbs(learner),
        "here": ask.title,
    }
    status = 422 if form.errors else 200
    return show(request, "desk/corrections/form.html", context, here="desk_learners", status=status)


@never_cache
@allow(Permission.ENROL_AT_COUNTER)
def desk_corrections(request: HttpRequest) -> HttpResponse:
    """What waits first; of all for who decides, else what this person asked for."""
    rows = access.visible_corrections(user=officer(request), now=timezone.now())
    told_of = rows.select_related("learner", "asked_by", "decided_by")
    context = {
        "waiting": told_of.filter(Correction.WAITS).order_by("asked_at", "pk"),
        "settled": told_of.exclude(Correction.WAITS)[:LATEST],
        "crumbs": [(_("学员"), reverse("desk_learners"))],
        "here": _("更正"),
    }
    return show(request, "desk/corrections/list.html", context, here="desk_learners")


def _fetch(request: HttpRequest, number: str) -> Correction:
    rows = access.visible_corrections(user=officer(request), now=timezone.now())
    return get_object_or_404(
        rows.select_related("learner__user", "learner__merge", "kind", "asked_by", "decided_by"), number=number
    )


@never_cache
@allow(Permission.ENROL_AT_COUNTER)
def desk_correction(request: HttpRequest, number: str) -> HttpResponse:
    """What would change, for who decides: names whole, since a masked one tells no slip; of numbers the places."""
    asked = _fetch(request, number)
    now = timezone.now()
    gone = asked.learner.erased_at is not None or getattr(asked.learner, "merge", None) is not None
    waits = asked.status == Status.ASKED and not gone
    decides = access.may(user=officer(request), permission=Permission.CORRECT_PEOPLE, now=now)
    context = {
        **_on_record(asked.learner),
        "asked": asked,
        "waits": waits,
        "own": asked.asked_by_id == officer(request).pk,
        "decides": decides,
        "values": _values(asked, whole=decides) if waits else [],
        "certificates": _certificates(request, asked.learner),
        "crumbs": [(_("学员"), reverse("desk_learners")), (_("更正"), reverse("desk_corrections"))],
        "here": number,
    }
    return show(request, "desk/corrections/show.html", context, here="desk_learners")


def _values(asked: Correction, *, whole: bool) -> list[dict[str, str]]:
    """Before and after, of one that waits; the name on record `whole` for who decides alone."""
    if asked.what == What.NAME:
        before = asked.before if whole else privacy.mask_name(asked.before)
        return [{"label": _("登记的姓名"), "value": before}, {"label": _("更正为"), "value": asked.after}]
    held = asked.learner.documents.select_related("kind").filter(until__isnull=True).first()
    number = held.number if held else ""
    rows = [
        {"label": _("登记的证件"), "value": f"{held.kind.label} {privacy.mask_id(number)}" if held else ""},
        {"label": _("更正为"), "value": f"{asked.kind.label} {privacy.mask_id(asked.after)}"},
    ]
    places = corrections.differing_places(one=number, other=asked.after)
    if places:
        at = "、".join(str(place) for place in places)
        rows.append({"label": _("哪几位不同"), "value": _("第 %(places)s 位") % {"places": at}})
    return rows


@require_POST
@allow(Permission.CORRECT_PEOPLE)
def desk_correction_confirm(request: HttpRequest, number: str) -> HttpResponse:
    asked = _fetch(request, number)
    with told(request, lambda: _("已更正，%(told)s。") % {"told": said_to(asked.learner)}):
        corrections.confirm(correction=asked, by=officer(request), now=timezone.now())
    return redirect("desk_correction", number)


@require_POST
@allow(Permission.ENROL_AT_COUNTER)
def desk_correction_drop(request: HttpRequest, number: str) -> HttpResponse:
    """By who decides, or by who asked and was mistaken."""
    asked = _fetch(request, number)
    answer = request.POST.get("answer", "")
    with told(request, lambda: _("没有更正，%(told)s。") % {"told": said_to(asked.learner)}):
        corrections.drop(correction=asked, answer=answer, by=officer(request), now=timezone.now())
    return redirect("desk_correction", number)
