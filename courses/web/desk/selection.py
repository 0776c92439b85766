"""评选: the camps to score, the sheet of one application, and the result that two people bring out."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from courses import access, policy, selection
from courses.access import Permission
from courses.models import Enrolment, Selection, TrainingClass
from courses.policy import Policy
from courses.selection import Candidate, Criterion, SelectionRefused, Stage
from courses.web.desk.class_file import fetch
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow
from courses.web.told import name_the_unheard, told

PER_PAGE = 30
STAGES = {
    Stage.NO_PITCH: ("none", gettext_lazy("未交材料")),
    Stage.TO_SCORE: ("wait", gettext_lazy("待评分")),
    Stage.THIRD: ("slow", gettext_lazy("分差大，待第三人评分")),
    Stage.ENTERED: ("wait", gettext_lazy("由您代交，须他人评分")),
    Stage.WAITS: ("wait", gettext_lazy("已评，等他人评分")),
    Stage.COMPLETE: ("done", gettext_lazy("已评完")),
}
OPEN = (Stage.TO_SCORE, Stage.THIRD)
HERE = "desk_selections"


class ScoreForm(forms.Form):
    """One whole number for each criterion of the sheet; a correction also says why."""

    def __init__(self, *args: Any, sheet: list[Criterion], candidate: Candidate, **kwargs: Any) -> None:
        mine = candidate.mine
        super().__init__(*args, **kwargs)
        self.initial = {**mine.scores, "remark": mine.remark} if mine else {}
        for one in sheet:
            hint = _("满分 %(most)s，权重 %(weight)s%%") % {"most": one.most, "weight": one.weight}
            self.fields[one.key] = forms.IntegerField(label=one.label, min_value=0, max_value=one.most, help_text=hint)
        self.fields["remark"] = forms.CharField(
            label=_("评语"), max_length=200, required=False, help_text=_("只供评选和核查使用，不告知申请人。")
        )
        if mine:
            self.fields["reason"] = forms.CharField(label=_("更正原因"), max_length=200)

    def said(self, sheet: list[Criterion]) -> dict[str, Any]:
        scores = {one.key: self.cleaned_data[one.key] for one in sheet}
        return {
            "scores": scores,
            "remark": self.cleaned_data["remark"],
            "reason": self.cleaned_data.get("reason", ""),
        }


def numbers_of(training_class: TrainingClass) -> Policy:
    return policy.of_class(training_class=training_class, on=policy.local_date(timezone.now()))


@allow(Permission.REVIEW)
def desk_selections(request: HttpRequest) -> HttpResponse:
    """The classes of this person that give their seats by rank, those that still enrol first."""
    now, user = timezone.now(), officer(request)
    found = access.visible_classes(user=user, now=now, permission=Permission.REVIEW)
    camps = found.filter(mode=TrainingClass.Mode.SELECTED).exclude(status__in=TrainingClass.UNAPPROVED)
    listed = camps.select_related("course", "district", "institution").order_by("-starts_on", "number")
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    classes = list(page.object_list)
    applied = selection.candidates_of(training_classes=classes, by=user, now=now)
    results = {
        row.training_class_id: row
        for row in Selection.objects.filter(training_class__in=classes, status__in=Selection.LIVE)
    }
    rows = [
        {
            "training_class": one,
            "applied": len(applied[one.pk]),
            "complete": sum(row.stage == Stage.COMPLETE for row in applied[one.pk]),
            "mine": 0 if one.pk in results else sum(row.stage in OPEN for row in applied[one.pk]),
            "result": results.get(one.pk),
        }
        for one in classes
    ]
    context = {"page": page, "rows": rows, "query": query_without_page(request)}
    return show(request, "desk/selection/list.html", context, here=HERE)


def fetch_camp(request: HttpRequest, number: str) -> TrainingClass:
    """The class, if this person reviews it and it gives its seats by rank; else a 404."""
    found = fetch(request, number, Permission.REVIEW)
    if found.mode != TrainingClass.Mode.SELECTED:
        raise Http404
    return found


@allow(Permission.REVIEW)
def desk_selection(request: HttpRequest, number: str) -> HttpResponse:
    """The applications of a class while they are scored; the result from the moment in which it is put forward."""
    now, user = timezone.now(), officer(request)
    training_class = fetch_camp(request, number)
    result = selection.current(training_class=training_class)
    if result is not None and result.status in Selection.LIVE:
        context = _of_result(training_class, result) | {"own": result.proposed_by_id == user.pk}
    else:
        context = _of_scoring(selection.candidates(training_class=training_class, by=user, now=now))
    frame = {
        "training_class": training_class,
        "numbers": numbers_of(training_class),
        "result": result,
        "changes": selection.changes(training_class=training_class),
        "interest": selection.has_interest(user=user, training_class=training_class, now=now),
        "crumbs": [(_("评选"), reverse("desk_selections"))],
        "here": training_class.number,
    }
    return show(request, "desk/selection/show.html", frame | context, here=HERE)


def _of_result(training_class: TrainingClass, result: Selection) -> dict[str, Any]:
    sheet = selection.sheet_of(kind=training_class.kind_key, policy=numbers_of(training_class))
    lines = [
        {
            "line": line,
            "name": line.enrolment.learner.masked_name,
            "tie": selection.tie_words(line=line, sheet=sheet),
        }
        for line in selection.lines_of(selection=result)
    ]
    return {
        "stands": True,
        "lines": lines,
        "proposed": result.status == Selection.Status.PROPOSED,
        "published": result.status == Selection.Status.PUBLISHED,
    }


def _of_scoring(applied: list[Candidate]) -> dict[str, Any]:
    people = [
        {
            "row": one,
            "name": one.enrolment.learner.masked_name,
            "kind": STAGES[one.stage][0],
            "word": STAGES[one.stage][1],
            "open": one.stage in OPEN,
        }
        for one in applied
    ]
    scored = any(one.stage == Stage.COMPLETE for one in applied)
    ready = scored and all(one.stage in (Stage.COMPLETE, Stage.NO_PITCH) for one in applied)
    return {"stands": False, "people": people, "ready": ready}


@allow(Permission.REVIEW)
@require_http_methods(["GET", "POST"])
def desk_score(request: HttpRequest, number: str, enrolment_number: str) -> HttpResponse:
    """The project papers of one application, and one's own sheet."""
    training_class = fetch_camp(request, number)
    candidate = _candidate(request, training_class, enrolment_number)
    if candidate.pitch is None:
        messages.info(request, _("这份申请还没有提交项目材料，现在不能评分。"))
        return redirect("desk_selection", number)
    sheet = selection.sheet_of(kind=training_class.kind_key, policy=numbers_of(training_class))
    form = ScoreForm(request.POST if request.method == "POST" else None, sheet=sheet, candidate=candidate)
    if request.method == "POST" and form.is_valid():
        try:
            selection.score(by=officer(request), enrolment=candidate.enrolment, now=timezone.now(), **form.said(sheet))
        except SelectionRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("评分已保存。"))
            return _onward(request, training_class)
    context = {
        "training_class": training_class,
        "candidate": candidate,
        "in_sight": candidate.stage == Stage.COMPLETE,
        "more": _to_score(request, training_class).exclude(pk=candidate.enrolment.pk).exists(),
        "name": candidate.enrolment.learner.masked_name,
        "form": form,
        "criteria": [form[one.key] for one in sheet],
        "crumbs": [(_("评选"), reverse("desk_selections")), (number, reverse("desk_selection", args=[number]))],
        "here": enrolment_number,
    }
    return show(request, "desk/selection/score.html", context, here=HERE, status=422 if form.errors else 200)


def _to_score(request: HttpRequest, training_class: TrainingClass) -> QuerySet[Enrolment]:
    waits = selection.to_score(by=officer(request), now=timezone.now())
    return waits.filter(training_class=training_class).order_by("arrival_no")


def _onward(request: HttpRequest, training_class: TrainingClass) -> HttpResponse:
    """To the next application where that was asked for and there is one, else to the list."""
    following = _to_score(request, training_class).first() if "next" in request.POST else None
    if following is None:
        return redirect("desk_selection", training_class.number)
    return redirect("desk_score", training_class.number, following.number)


def _candidate(request: HttpRequest, training_class: TrainingClass, number: str) -> Candidate:
    """An application that is being chosen from; any other is a 404."""
    applied = selection.candidates(training_class=training_class, by=officer(request), now=timezone.now())
    found = next((one for one in applied if one.enrolment.number == number), None)
    if found is None:
        raise Http404
    found.enrolment.training_class = training_class
    return found


@require_POST
@allow(Permission.REVIEW)
def desk_selection_propose(request: HttpRequest, number: str) -> HttpResponse:
    training_class = fetch_camp(request, number)

    def deed() -> None:
        selection.propose(by=officer(request), training_class=training_class, now=timezone.now())

    return _done(request, number, deed, _("结果已提出，等他人确认。报名已截止。"))


@require_POST
@allow(Permission.REVIEW)
def desk_selection_confirm(request: HttpRequest, number: str) -> HttpResponse:
    result = _standing(request, number)

    now = timezone.now()

    def deed() -> None:
        selection.confirm(by=officer(request), selection=result, now=now)

    done = _done(request, number, deed, _("已确认，名单开始公示，并通知每位申请人。"))
    name_the_unheard(request, training_class=result.training_class, now=now)
    return done


@require_POST
@allow(Permission.REVIEW)
def desk_selection_return(request: HttpRequest, number: str) -> HttpResponse:
    result = _standing(request, number)
    reason, now = request.POST.get("reason", ""), timezone.now()

    def deed() -> None:
        selection.send_back(by=officer(request), selection=result, reason=reason, now=now)

    done = _done(request, number, deed, _("结果已退回，可以更正评分后重新提出。"))
    name_the_unheard(request, training_class=result.training_class, now=now)
    return done


def _standing(request: HttpRequest, number: str) -> Selection:
    """The result of a class that stands now."""
    training_class = fetch_camp(request, number)
    return get_object_or_404(Selection, training_class=training_class, status__in=Selection.LIVE)


def _done(request: HttpRequest, number: str, deed: Callable[[], None], words: str) -> HttpResponse:
    with told(request, words):
        deed()
    return redirect("desk_selection", number)
