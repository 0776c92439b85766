"""合并重复的学员: two records of one citizen, their histories side by side; proposed by one, confirmed by another."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses import access, ledger, merging, privacy
from courses.access import Permission
from courses.merging import MergeRefused
from courses.models import IdentityDocument, Learner, MergeProposal
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

LATEST = 40


class MergeForm(forms.Form):
    kept = forms.CharField(label=gettext_lazy("保留的学员编号"), max_length=16)
    merged = forms.CharField(label=gettext_lazy("要并入的学员编号"), max_length=16)
    reason = forms.CharField(label=gettext_lazy("怎样核实为同一人"), max_length=200)


@never_cache
@allow(Permission.MERGE_PEOPLE)
def desk_merges(request: HttpRequest) -> HttpResponse:
    """What was put forward and decided, and the form for a new one."""
    now = timezone.now()
    form = MergeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (made := _proposed(request, form)):
        return redirect("desk_merge", made.number)
    rows = access.visible_merges(user=officer(request), now=now).select_related(
        "kept", "merged", "proposed_by", "decided_by"
    )
    context = {
        "form": form,
        "rows": rows.order_by("-status", "-proposed_at")[:LATEST],
        "crumbs": [(_("学员"), reverse("desk_learners"))],
        "here": _("合并"),
    }
    return show(request, "desk/merges/list.html", context, here="desk_learners", status=422 if form.errors else 200)


def _proposed(request: HttpRequest, form: MergeForm) -> MergeProposal | None:
    now = timezone.now()
    values = form.cleaned_data
    seen = access.visible_learners(user=officer(request), now=now, permission=Permission.MERGE_PEOPLE)
    found = {row.number: row for row in seen.filter(number__in=[values["kept"].strip(), values["merged"].strip()])}
    for name in ("kept", "merged"):
        if values[name].strip() not in found:
            form.add_error(name, _("没有这个学员编号，请在查学员里核对。"))
    if form.errors:
        return None
    kept, merged = (found[values[name].strip()] for name in ("kept", "merged"))
    try:
        return merging.propose_merge(by=officer(request), kept=kept, merged=merged, reason=values["reason"], now=now)
    except MergeRefused as refusal:
        form.add_error(None, refusal.sentence)
        return None


def fetch(request: HttpRequest, number: str) -> MergeProposal:
    rows = access.visible_merges(user=officer(request), now=timezone.now())
    return get_object_or_404(
        rows.select_related("kept__user", "merged__user", "proposed_by", "decided_by"), number=number
    )


@never_cache
@allow(Permission.MERGE_PEOPLE)
def desk_merge(request: HttpRequest, number: str) -> HttpResponse:
    """Both histories together, and what the ledger would do, or did."""
    proposal = fetch(request, number)
    waits = proposal.status == MergeProposal.Status.PROPOSED
    both = Learner.objects.filter(pk__in=[proposal.kept_id, proposal.merged_id])
    documents = {
        row.learner_id: privacy.mask_id(row.number)
        for row in IdentityDocument.objects.filter(learner__in=both, until__isnull=True)
    }
    context = {
        "proposal": proposal,
        "waits": waits,
        "own": proposal.proposed_by_id == officer(request).pk,
        "records": [
            {
                "history": one,
                "name": one.learner.masked_name,
                "document": documents.get(one.learner.pk, ""),
                "phone": privacy.mask_phone(one.learner.phone),
                "kept": one.learner.pk == proposal.kept_id,
            }
            for one in sorted(merging.histories(learners=both), key=lambda one: one.learner.pk != proposal.kept_id)
        ],
        "foreseen": ledger.foresee_join(kept=proposal.kept, merged=proposal.merged) if waits else None,
        "crumbs": [(_("学员"), reverse("desk_learners")), (_("合并"), reverse("desk_merges"))],
        "here": number,
    }
    return show(request, "desk/merges/show.html", context, here="desk_learners")


@require_POST
@allow(Permission.MERGE_PEOPLE)
def desk_merge_confirm(request: HttpRequest, number: str) -> HttpResponse:
    proposal = fetch(request, number)
    with told(request, _("已合并。计数已转到保留的记录，重复的已冲减。")):
        merging.confirm_merge(by=officer(request), proposal=proposal, now=timezone.now())
    return redirect("desk_merge", number)


@require_POST
@allow(Permission.MERGE_PEOPLE)
def desk_merge_drop(request: HttpRequest, number: str) -> HttpResponse:
    proposal = fetch(request, number)
    with told(request, _("已决定不合并，两份记录照旧。")):
        merging.drop_merge(by=officer(request), proposal=proposal, now=timezone.now())
    return redirect("desk_merge", number)
