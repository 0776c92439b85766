"""What is done about a card, each as a POST: shown or not, objected to and answered, withdrawn or not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.access import Permission
from courses.models import Card
from courses.supervision import cards
from courses.web.desk.cards import fetch
from courses.web.desk.page import officer
from courses.web.gate import allow
from courses.web.told import told


@require_POST
@allow(Permission.DECIDE_CARDS)
def desk_card_confirm(request: HttpRequest, number: str) -> HttpResponse:
    card = fetch(request, number, Permission.DECIDE_CARDS)
    with told(request, _("已出示，今天起生效。机构已收到通知，可以申辩。")):
        cards.confirm(by=officer(request), card=card, now=timezone.now())
    return redirect("desk_card", number)


@require_POST
@allow(Permission.PROPOSE_CARDS)
def desk_card_drop(request: HttpRequest, number: str) -> HttpResponse:
    """By who decides, or by who proposed it."""
    card = _decided_or_own(request, number, began="proposed_by")
    with told(request, _("已记下，这张牌不出示。")):
        cards.drop(by=officer(request), card=card, reason=request.POST.get("reason", ""), now=timezone.now())
    return redirect("desk_card", number)


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_card_object(request: HttpRequest, number: str) -> HttpResponse:
    """The institution's own answer."""
    card = fetch(request, number, Permission.RUN_CLASSES)
    with told(request, _("申辩已提交，等市里答复。答复后会通知您。")):
        cards.object_to(by=officer(request), card=card, text=request.POST.get("text", ""), now=timezone.now())
    return redirect("desk_card", number)


@require_POST
@allow(Permission.DECIDE_CARDS)
def desk_card_answer(request: HttpRequest, number: str) -> HttpResponse:
    card = fetch(request, number, Permission.DECIDE_CARDS)
    stays = request.POST.get("decision") != "withdraw"
    words = _("已答复，维持原决定。机构已收到通知。") if stays else _("已提出撤回，等他人确认。确认之前仍然生效。")
    with told(request, words):
        cards.answer(
            by=officer(request), card=card, stays=stays, text=request.POST.get("reason", ""), now=timezone.now()
        )
    return redirect("desk_card", number)


@require_POST
@allow(Permission.PROPOSE_CARDS)
def desk_card_withdraw(request: HttpRequest, number: str) -> HttpResponse:
    card = fetch(request, number, Permission.PROPOSE_CARDS)
    with told(request, _("已提出撤回，等他人确认。确认之前仍然生效。")):
        cards.ask(by=officer(request), card=card, reason=request.POST.get("reason", ""), now=timezone.now())
    return redirect("desk_card", number)


@require_POST
@allow(Permission.DECIDE_CARDS)
def desk_card_withdraw_agree(request: HttpRequest, number: str) -> HttpResponse:
    card = fetch(request, number, Permission.DECIDE_CARDS)
    with told(request, _("已撤回，不再计入。记录保留，机构已收到通知。")):
        cards.agree(by=officer(request), card=card, now=timezone.now())
    return redirect("desk_card", number)


@require_POST
@allow(Permission.PROPOSE_CARDS)
def desk_card_withdraw_refuse(request: HttpRequest, number: str) -> HttpResponse:
    """By who decides, or by who put the withdrawal forward."""
    card = _decided_or_own(request, number, began="withdrawal_by")
    with told(request, _("已记下，这张牌不撤回，继续生效。")):
        cards.refuse(by=officer(request), card=card, reason=request.POST.get("reason", ""), now=timezone.now())
    return redirect("desk_card", number)


def _decided_or_own(request: HttpRequest, number: str, *, began: str) -> Card:
    """For who decides; whoever began the step may leave it too."""
    card = fetch(request, number, Permission.PROPOSE_CARDS)
    if getattr(card, f"{began}_id") == officer(request).pk:
        return card
    return fetch(request, number, Permission.DECIDE_CARDS)
