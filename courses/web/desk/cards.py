"""红黄牌: the list of cards, one card with its history and what follows from it, and the form that proposes one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courses import access, policy
from courses.access import Permission
from courses.models import Card, CardStep, District, Institution, RoomCheck, Signal, TrainingClass
from courses.supervision import cards
from courses.supervision.cards import CardRefused, Proposal
from courses.web.desk import class_file, institution_file
from courses.web.desk.institutions import sections
from courses.web.desk.page import officer, query_without_page, show
from courses.web.gate import allow

PER_PAGE = 30
CLASSES_SHOWN = 200
NEEDED = ("institution__district", "training_class__course", "proposed_by", "decided_by", "room_check", "signal")
# What an institution does not read of the history of its card.
AMONG_US = (CardStep.Verb.WITHDRAWAL_ASKED, CardStep.Verb.WITHDRAWAL_REFUSED)
# What waits is no status of its own, and is looked for all the same.
WAITS: dict[str, tuple[str | Promise, Q]] = {
    "objected": (gettext_lazy("申辩待答复"), Card.UNANSWERED),
    "withdrawal": (gettext_lazy("撤回待确认"), Card.WITHDRAWAL_ASKED),
}


class ClassChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: TrainingClass) -> str:
        return f"{obj.number} {obj.course.label}"


class ProposeForm(forms.Form):
    colour = forms.ChoiceField(
        label=gettext_lazy("颜色"), choices=[*reversed(Card.Colour.choices)], widget=forms.RadioSelect
    )
    reason = forms.ChoiceField(label=gettext_lazy("事由"), choices=[("", gettext_lazy("请选择")), *Card.Reason.choices])
    training_class = ClassChoice(
        TrainingClass.objects.none(),
        label=gettext_lazy("班次"),
        required=False,
        to_field_name="number",
        empty_label=gettext_lazy("不针对某个班次"),
        help_text=gettext_lazy("红牌班次的结业批准后不计数。"),
    )
    facts = forms.CharField(
        label=gettext_lazy("事实"),
        max_length=500,
        help_text=gettext_lazy("哪天、在哪里、看到了什么。机构会看到；不要写学员的姓名和证件号码。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, classes: QuerySet[TrainingClass], fixed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["training_class"]
        assert isinstance(field, ClassChoice)
        field.queryset = classes
        if fixed:
            del self.fields["training_class"]


def visible(request: HttpRequest, permission: Permission) -> QuerySet[Card]:
    return access.visible_cards(user=officer(request), now=timezone.now(), permission=permission)


def fetch(request: HttpRequest, number: str, permission: Permission) -> Card:
    return get_object_or_404(visible(request, permission).select_related(*NEEDED), number=number)


@allow(Permission.SEE_DESK)
def desk_cards(request: HttpRequest) -> HttpResponse:
    """Newest first, narrowed by colour, state, district and a word."""
    chosen = {name: request.GET.get(name, "").strip() for name in ("colour", "state", "district", "q")}
    waits = _waits(request)
    rows = visible(request, Permission.SEE_DESK).select_related(*NEEDED)
    if chosen["colour"] in Card.Colour.values:
        rows = rows.filter(colour=chosen["colour"])
    if chosen["state"] in Card.Status.values:
        rows = rows.filter(status=chosen["state"])
    elif chosen["state"] in waits:
        rows = rows.filter(waits[chosen["state"]][1])
    if chosen["district"]:
        rows = rows.filter(institution__district__key=chosen["district"])
    if text := chosen["q"]:
        of_institution = Q(institution__name__icontains=text) | Q(institution__number__iexact=text)
        rows = rows.filter(of_institution | Q(training_class__number__iexact=text) | Q(number__iexact=text))
    context = {
        "page": Paginator(rows.order_by("-proposed_at", "-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "sections": sections(here="desk_cards"),
        "districts": District.objects.all(),
        "chosen": chosen,
        "colours": Card.Colour.choices,
        "states": [*Card.Status.choices, *((key, words) for key, (words, _q) in waits.items())],
        "rules": policy.current(on=policy.local_date(timezone.now())),
    }
    return show(request, "desk/cards/list.html", context, here="desk_institutions")


def _waits(request: HttpRequest) -> dict[str, tuple[str | Promise, Q]]:
    """An institution reads nothing of a withdrawal before it is decided."""
    inside = access.may(user=officer(request), permission=Permission.RUN_CLASSES, now=timezone.now())
    return {key: one for key, one in WAITS.items() if not (inside and key == "withdrawal")}


@allow(Permission.SEE_DESK)
def desk_card(request: HttpRequest, number: str) -> HttpResponse:
    """One card: the facts, what follows, the history, and what this person may do about it now."""
    card, user, now = fetch(request, number, Permission.SEE_DESK), officer(request), timezone.now()
    inside = cards.is_inside(by=user, card=card, now=now)
    decides = visible(request, Permission.DECIDE_CARDS).filter(pk=card.pk).exists() and not inside
    proposes = visible(request, Permission.PROPOSE_CARDS).filter(pk=card.pk).exists() and not inside
    context = {
        "card": card,
        "steps": card.steps.select_related("by").exclude(verb__in=AMONG_US if inside else ()),
        "follows": cards.follows(card=card, on=policy.local_date(now)),
        "may_object": inside and cards.may_object(card=card, now=now),
        "inside": inside,
        "decides": decides,
        "proposes": proposes,
        "proposer": card.proposed_by_id == user.pk,
        "answers": decides and card.waits_for_answer and card.proposed_by_id != user.pk,
        "checked": card.room_check is not None and card.room_check.by_id == user.pk,
        "asked": card.withdrawal_by_id == user.pk,
        "crumbs": [(_("机构"), reverse("desk_institutions")), (_("红黄牌"), reverse("desk_cards"))],
        "here": number,
    }
    return show(request, "desk/cards/show.html", context, here="desk_institutions")


@require_http_methods(["GET", "POST"])
@allow(Permission.PROPOSE_CARDS)
def desk_card_new(request: HttpRequest, number: str) -> HttpResponse:
    """From an institution's page; a class of its own may be chosen."""
    institution = institution_file.fetch(request, number, Permission.PROPOSE_CARDS)
    seen = access.visible_classes(user=officer(request), now=timezone.now(), permission=Permission.PROPOSE_CARDS)
    classes = seen.filter(institution=institution).exclude(status__in=TrainingClass.UNAPPROVED)
    keys = list(classes.order_by("-starts_on").values_list("pk", flat=True)[:CLASSES_SHOWN])
    listed = TrainingClass.objects.filter(pk__in=keys).select_related("course").order_by("-starts_on", "number")
    form = ProposeForm(request.POST or None, classes=listed, fixed=False)
    return _proposed(request, form, institution, Proposal("", "", ""))


@require_http_methods(["GET", "POST"])
@allow(Permission.PROPOSE_CARDS)
def desk_class_card_new(request: HttpRequest, number: str) -> HttpResponse:
    """From the page of a class, of a signal or of what was found in a room, which it then rests on."""
    a_class = class_file.fetch(request, number, Permission.PROPOSE_CARDS)
    form = ProposeForm(request.POST or None, classes=TrainingClass.objects.none(), fixed=True)
    ground = Proposal(
        "", "", "", training_class=a_class, signal=_signal(request, a_class), room_check=_room_check(request, a_class)
    )
    return _proposed(request, form, a_class.institution, ground)


def _signal(request: HttpRequest, a_class: TrainingClass) -> Signal | None:
    seen = access.visible_signals(user=officer(request), now=timezone.now(), permission=Permission.SEE_SIGNALS)
    found = seen.select_related("lesson").filter(lesson__training_class=a_class)
    return found.filter(code=request.GET.get("signal", "")).first()


def _room_check(request: HttpRequest, a_class: TrainingClass) -> RoomCheck | None:
    seen = access.visible_room_checks(user=officer(request), now=timezone.now(), permission=Permission.SEE_SIGNALS)
    found = seen.select_related("room_count__lesson").filter(room_count__lesson__training_class=a_class)
    return found.filter(number=request.GET.get("check", "")).first()


def _proposed(request: HttpRequest, form: ProposeForm, institution: Institution, ground: Proposal) -> HttpResponse:
    if form.is_valid():
        said = form.cleaned_data
        proposal = Proposal(
            said["colour"],
            said["reason"],
            said["facts"],
            training_class=ground.training_class or said.get("training_class"),
            signal=ground.signal,
            room_check=ground.room_check,
        )
        try:
            made = cards.propose(by=officer(request), institution=institution, proposal=proposal, now=timezone.now())
        except CardRefused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已提出，等市里另一人确认。确认之前不生效，机构也看不到。"))
            return redirect("desk_card", made.number)
    context = {
        "form": form,
        "institution": institution,
        "ground": ground,
        "crumbs": [
            (_("机构"), reverse("desk_institutions")),
            (institution.label, reverse("desk_institution", args=[institution.number])),
        ],
        "here": _("提出红黄牌"),
    }
    status = 422 if form.errors else 200
    return show(request, "desk/cards/new.html", context, here="desk_institutions", status=status)
