"""政策版本和承诺书: what holds, what was put forward with its difference and what it would do, and the two forms."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import access, rulebook, tally
from courses import policy as policies
from courses.access import Permission
from courses.models import CommitmentText, PolicyVersion, RuleProposal
from courses.policy import PolicyRefused
from courses.rulebook import RuleRefused
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.rule_forms import CommitmentForm, PolicyForm, said
from courses.web.desk.settings import tables_of
from courses.web.gate import allow
from courses.web.told import told

PER_PAGE, VERSIONS_SHOWN = 20, 12
COUNTING = ("entrepreneurship_in_skills", "count_date", "counts_as", "counted_per_year")
Kind, Status = RuleProposal.Kind, RuleProposal.Status


@dataclass(frozen=True)
class Change:
    """One number that differs, before and after in words."""

    key: str
    label: str
    before: str
    after: str


def changes_in_words(changes: dict[str, list[Any]]) -> list[Change]:
    return [
        Change(key, str(policies.name_of(key).words), said(key, before), said(key, after))
        for key, (before, after) in changes.items()
    ]


@allow(Permission.SET_RULES)
def desk_rules(request: HttpRequest) -> HttpResponse:
    """What holds and will hold, and what was put forward, latest first."""
    now = timezone.now()
    today = policies.local_date(now)
    rows = access.visible_rules(user=officer(request), now=now).select_related("proposed_by", "decided_by")
    versions = PolicyVersion.objects.filter(is_exception=False).defer("document").select_related("by")
    texts = list(CommitmentText.objects.order_by("-effective_on")[:VERSIONS_SHOWN])
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "versions": versions.order_by("-effective_on")[:VERSIONS_SHOWN],
        "version_held": policies.version_on(on=today).number,
        "texts": texts,
        "held_text": next((row.number for row in texts if row.effective_on <= today), ""),
        "today": today,
        "crumbs": [(_("月结"), reverse("desk_closes"))],
        "here": _("政策版本和承诺书"),
    }
    return show(request, "desk/rules/list.html", context, here="desk_closes")


@allow(Permission.SET_RULES)
def desk_rule_policy(request: HttpRequest) -> HttpResponse:
    """Every number under its name; looked at with its consequences first, then put forward."""
    now = timezone.now()
    today = policies.local_date(now)
    latest = PolicyVersion.objects.filter(is_exception=False).order_by("-effective_on").first()
    named = PolicyVersion.objects.filter(number=request.POST.get("base", ""), is_exception=False).first()
    base = named or latest or policies.version_on(on=today)
    form = PolicyForm(request.POST if request.method == "POST" else None, base=base, asked=_asked(request))
    looked: dict[str, Any] = {}
    if form.is_valid():
        given, values = form.cleaned_data, form.touched()
        if "propose" in request.POST and (made := _put_forward(request, form, now)):
            return redirect("desk_rule", made.number)
        day = given["effective_on"]
        changes = rulebook.changes_of(effective_on=day, values=values) if day >= today else {}
        looked = _consequences(changes, day, today)
        if not form.errors and not changes:
            form.add_error(None, RuleRefused(_nothing(day, today), day=day).sentence)
    context = {
        "form": form,
        "base": base,
        "looked": looked if not form.errors else {},
        "crumbs": [(_("月结"), reverse("desk_closes")), (_("政策版本和承诺书"), reverse("desk_rules"))],
        "here": _("提出新的政策版本"),
    }
    return show(request, "desk/rules/policy.html", context, here="desk_closes", status=422 if form.errors else 200)


def _nothing(day: date, today: date) -> rulebook.RuleRefusal:
    return rulebook.RuleRefusal.DATE_PAST if day < today else rulebook.RuleRefusal.NOTHING_CHANGED


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the page of the counting settings leads here with."""
    asked: dict[str, Any] = {}
    if request.method == "POST":
        return asked
    if "entrepreneurship_in_skills" in request.GET:
        asked["entrepreneurship_in_skills"] = request.GET["entrepreneurship_in_skills"] == "True"
    if request.GET.get("count_date"):
        asked["count_date"] = request.GET["count_date"]
    try:
        lines = json.loads(request.GET.get("counts_as", ""))
    except json.JSONDecodeError:
        return asked
    return {**asked, "counts_as": lines} if isinstance(lines, dict) else asked


def _put_forward(request: HttpRequest, form: PolicyForm, now: datetime) -> RuleProposal | None:
    given = form.cleaned_data
    try:
        return rulebook.propose_policy(
            by=officer(request),
            effective_on=given["effective_on"],
            values=form.touched(),
            reason=given["reason"],
            source=given["source"],
            now=now,
        )
    except (RuleRefused, PolicyRefused) as refusal:
        form.add_error(None, refusal.sentence)
        return None


def _consequences(changes: dict[str, list[Any]], day: date, today: date) -> dict[str, Any]:
    """The difference in words, later versions that will not hold it, and, where what counts is changed, what it
    would have made of the year that is going on: of the one in which it is to hold nothing is known yet."""
    found: dict[str, Any] = {
        "changes": changes_in_words(changes),
        "later": rulebook.later_versions(effective_on=day) if changes else [],
        "effective_on": day,
        "tables": [],
    }
    if any(key in changes for key in COUNTING):
        document = {**policies.current(on=day).as_document(), **{key: pair[1] for key, pair in changes.items()}}
        wanted = tally.setting_of(policies.Policy(**document))
        seen = tally.preview(year=tally.year_seen(today=today), proposed=wanted, today=today)
        found |= {"year": seen.year, "too_many": seen.too_many, "tables": tables_of(seen)}
    return found


@allow(Permission.SET_RULES)
def desk_rule_commitment(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    held = rulebook.text_before(effective_on=policies.local_date(now))
    form = CommitmentForm(
        request.POST if request.method == "POST" else None, initial={"body": held.body if held else ""}
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = rulebook.propose_commitment(by=officer(request), now=now, **given)
        except RuleRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("desk_rule", made.number)
    context = {
        "form": form,
        "held_text": held,
        "crumbs": [(_("月结"), reverse("desk_closes")), (_("政策版本和承诺书"), reverse("desk_rules"))],
        "here": _("提出新的承诺书"),
    }
    return show(request, "desk/rules/commitment.html", context, here="desk_closes", status=422 if form.errors else 200)


def fetch(request: HttpRequest, number: str) -> RuleProposal:
    rows = access.visible_rules(user=officer(request), now=timezone.now())
    return get_object_or_404(rows.select_related("proposed_by", "decided_by", "version", "text"), number=number)


@allow(Permission.SET_RULES)
def desk_rule(request: HttpRequest, number: str) -> HttpResponse:
    """What was put forward beside what holds, what it would do, and the decision."""
    proposal = fetch(request, number)
    today = policies.local_date(timezone.now())
    waits = proposal.status == Status.PROPOSED
    looked = (
        _consequences(proposal.changes, proposal.effective_on, today)
        if waits
        else {"changes": changes_in_words(proposal.changes), "later": [], "tables": []}
    )
    context = {
        "proposal": proposal,
        "waits": waits,
        "own": proposal.proposed_by_id == officer(request).pk,
        "looked": looked,
        "before": _text_before(proposal),
        "crumbs": [(_("月结"), reverse("desk_closes")), (_("政策版本和承诺书"), reverse("desk_rules"))],
        "here": number,
    }
    return show(request, "desk/rules/show.html", context, here="desk_closes")


def _text_before(proposal: RuleProposal) -> CommitmentText | None:
    """The wording that the proposed one follows."""
    if proposal.kind != Kind.COMMITMENT:
        return None
    before = CommitmentText.objects.filter(effective_on__lte=proposal.effective_on)
    return before.exclude(proposal=proposal).order_by("-effective_on").first()


@require_POST
@allow(Permission.SET_RULES)
def desk_rule_confirm(request: HttpRequest, number: str) -> HttpResponse:
    proposal = fetch(request, number)
    with told(request, _("已发布，自生效之日起执行。")):
        rulebook.confirm(by=officer(request), proposal=proposal, now=timezone.now())
    return redirect("desk_rule", number)


@require_POST
@allow(Permission.SET_RULES)
def desk_rule_return(request: HttpRequest, number: str) -> HttpResponse:
    proposal = fetch(request, number)
    with told(request, _("已退回，现行规则不变。")):
        rulebook.send_back(
            by=officer(request), proposal=proposal, answer=request.POST.get("answer", ""), now=timezone.now()
        )
    return redirect("desk_rule", number)


@require_POST
@allow(Permission.SET_RULES)
def desk_rule_take_back(request: HttpRequest, number: str) -> HttpResponse:
    proposal = fetch(request, number)
    with told(request, _("已收回，现行规则不变。")):
        rulebook.take_back(by=officer(request), proposal=proposal, now=timezone.now())
    return redirect("desk_rule", number)
