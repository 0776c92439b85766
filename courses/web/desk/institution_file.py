"""One institution's file on one page: what holds, what is being changed, who did what; and each step as a POST."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses import access, institutions, policy
from courses.access import Permission
from courses.institutions import Facts, Verb
from courses.models import Card, Institution, Registration
from courses.policy import local_date
from courses.web.desk.institution_forms import FactsForm, ProgrammeForm, TradeForm, TrainerForm
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

CARDS_SHOWN = 20
DEEDS: dict[str, str | Promise] = {
    Verb.REGISTERED: gettext_lazy("登记机构"),
    Verb.OPENED: gettext_lazy("新建备案"),
    Verb.FACTS_CHANGED: gettext_lazy("修改基本情况"),
    Verb.TRADE_ADDED: gettext_lazy("添加职业"),
    Verb.TRADE_REMOVED: gettext_lazy("移除职业"),
    Verb.PROGRAMME_ADDED: gettext_lazy("添加培训类型"),
    Verb.PROGRAMME_REMOVED: gettext_lazy("移除培训类型"),
    Verb.TRAINER_ADDED: gettext_lazy("添加教师"),
    Verb.TRAINER_REMOVED: gettext_lazy("移除教师"),
    Verb.SUBMITTED: gettext_lazy("提交审核"),
    Verb.RETURNED: gettext_lazy("退回"),
    Verb.APPROVED: gettext_lazy("审核通过"),
    Verb.STATUS: gettext_lazy("调整名录状态"),
}


def fetch(request: HttpRequest, number: str, permission: Permission) -> Institution:
    """The institution, if a post that grants the permission shows it; a stranger's is a 404."""
    found = access.visible_institutions(user=officer(request), now=timezone.now(), permission=permission)
    return get_object_or_404(found.select_related("kind", "district"), number=number)


def may_on(request: HttpRequest, institution: Institution, permission: Permission) -> bool:
    found = access.visible_institutions(user=officer(request), now=timezone.now(), permission=permission)
    return found.filter(pk=institution.pk).exists()


def open_version(institution: Institution) -> Registration | None:
    """The version in hand: a draft, one under review, or one sent back."""
    found = Registration.objects.filter(institution=institution).exclude(status=Registration.Status.APPROVED)
    return found.select_related("kind", "district", "submitted_by").first()


def in_hand(institution: Institution) -> Registration:
    found = open_version(institution)
    if found is None:
        raise Http404
    return found


@allow(Permission.SEE_DESK)
def desk_institution(request: HttpRequest, number: str) -> HttpResponse:
    return page_of(request, fetch(request, number, Permission.SEE_DESK))


def page_of(request: HttpRequest, institution: Institution, bound: forms.Form | None = None) -> HttpResponse:
    today = local_date(timezone.now())
    held, opened = institutions.in_force(institution=institution), open_version(institution)
    may_edit = may_on(request, institution, Permission.RUN_CLASSES)
    may_review = may_on(request, institution, Permission.REVIEW)
    shown = [_told(one, today) for one in (opened, held) if one]
    events = list(institution.events.select_related("by").order_by("-at", "-pk")[:60])
    context = {
        "institution": institution,
        "versions": shown,
        "opened": opened,
        "held": held,
        "editable": may_edit and opened is not None and opened.is_editable,
        "may_edit": may_edit,
        "may_review": may_review,
        "sees_numbers": may_edit or may_review,
        "own": opened is not None and opened.submitted_by_id == officer(request).pk,
        "cards": institutions.blocked(institution=institution, on=today),
        "shown_cards": _cards(request, institution),
        "of_year": institutions.cards_of_year(institution=institution, on=today),
        "rules": policy.current(on=today),
        "today": today,
        "may_card": may_on(request, institution, Permission.PROPOSE_CARDS),
        "forms": _forms(opened, bound),
        "form": bound,
        "events": [(row, DEEDS[row.verb]) for row in events],
        "returned": next((row for row in events if row.verb == Registration.Status.RETURNED), None),
        "statuses": [one for one in Institution.Status if one != institution.status],
        "crumbs": [(_("机构备案"), reverse("desk_institutions"))],
        "here": institution.number,
    }
    status = 422 if bound is not None else 200
    return show(request, "desk/institutions/file.html", context, here="desk_institutions", status=status)


def _cards(request: HttpRequest, institution: Institution) -> QuerySet[Card]:
    seen = access.visible_cards(user=officer(request), now=timezone.now(), permission=Permission.SEE_DESK)
    of_institution = seen.filter(institution=institution).select_related("institution", "training_class__course")
    return of_institution.order_by("-proposed_at", "-pk")[:CARDS_SHOWN]


def _told(registration: Registration, today: date) -> dict[str, Any]:
    trades = list(registration.trades.select_related("occupation", "level"))
    return {
        "registration": registration,
        "trades": [(row, row.holds(today)) for row in trades],
        "programmes": [(row, row.holds(today)) for row in registration.programmes.select_related("kind")],
        "trainers": [
            (row, row.valid_until >= today) for row in registration.trainers.select_related("occupation", "login")
        ],
    }


def _forms(opened: Registration | None, bound: forms.Form | None) -> dict[str, forms.Form]:
    if opened is None:
        return {}
    now = timezone.now()
    facts = {
        "name": opened.name,
        "district": opened.district_id,
        "kind": opened.kind_id,
        "address": opened.address,
        "contact_phone": opened.contact_phone,
    }
    fresh: dict[str, forms.Form] = {
        "facts": FactsForm(initial=facts),
        "trade": TradeForm(initial={"valid_from": local_date(now)}),
        "programme": ProgrammeForm(initial={"runs_from": local_date(now)}),
        "trainer": TrainerForm(institution=opened.institution, now=now),
    }
    return {name: bound if type(bound) is type(form) and bound else form for name, form in fresh.items()}


def done(request: HttpRequest, institution: Institution, deed: Callable[[], object], words: str) -> HttpResponse:
    """Do it, say what came of it, and go back to the file."""
    with told(request, words):
        deed()
    return redirect("desk_institution", institution.number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_open(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    return done(
        request,
        mine,
        lambda: institutions.open_file(by=officer(request), institution=mine, now=timezone.now()),
        _("已新建变更备案，改好后请提交审核。审核通过前，原来的备案继续有效。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_facts(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file, form = in_hand(mine), FactsForm(request.POST)
    if not form.is_valid():
        return page_of(request, mine, form)
    facts = Facts(**form.cleaned_data)
    return done(
        request,
        mine,
        lambda: institutions.save_facts(by=officer(request), registration=file, facts=facts, now=timezone.now()),
        _("基本情况已保存。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_submit(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file = in_hand(mine)
    return done(
        request,
        mine,
        lambda: institutions.submit(by=officer(request), registration=file, now=timezone.now()),
        _("已提交，等审核。审核期间不能修改。"),
    )


@require_POST
@allow(Permission.REVIEW)
def desk_institution_decide(request: HttpRequest, number: str) -> HttpResponse:
    """Approve, or send back with the reason."""
    theirs = fetch(request, number, Permission.REVIEW)
    file, by, now = in_hand(theirs), officer(request), timezone.now()
    if request.POST.get("decision") == "approve":
        words = _("已通过，备案从现在起有效，机构目录同时更新。")
        return done(request, theirs, lambda: institutions.approve(by=by, registration=file, now=now), words)
    reason = request.POST.get("reason", "")
    words = _("已退回机构，原因已写明。")
    return done(
        request, theirs, lambda: institutions.send_back(by=by, registration=file, reason=reason, now=now), words
    )


@require_POST
@allow(Permission.REVIEW)
def desk_institution_status(request: HttpRequest, number: str) -> HttpResponse:
    """Suspend the institution, take it off the list, or put it back."""
    theirs = fetch(request, number, Permission.REVIEW)
    asked = request.POST.get("to", "")
    if asked not in Institution.Status.values:
        raise Http404
    to, reason = Institution.Status(asked), request.POST.get("reason", "")
    return done(
        request,
        theirs,
        lambda: institutions.set_status(
            by=officer(request), institution=theirs, to=to, reason=reason, now=timezone.now()
        ),
        _("已办理，机构现在是「%(status)s」。") % {"status": to.label},
    )
