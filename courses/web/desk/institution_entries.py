"""What stands in the draft of an institution's file, each added and taken off by a POST: trades, kinds of training,
trainers."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses import institutions
from courses.access import Permission
from courses.web.desk.institution_file import done, fetch, in_hand, page_of
from courses.web.desk.institution_forms import ProgrammeForm, TradeForm, TrainerForm
from courses.web.desk.page import officer
from courses.web.gate import allow


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_trade(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file, form = in_hand(mine), TradeForm(request.POST)
    if not form.is_valid():
        return page_of(request, mine, form)
    return done(
        request,
        mine,
        lambda: institutions.add_trade(by=officer(request), registration=file, now=timezone.now(), **form.cleaned_data),
        _("已添加职业。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_trade_remove(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file = in_hand(mine)
    asked = {name: request.POST.get(name, "") for name in ("occupation", "level")}
    return done(
        request,
        mine,
        lambda: institutions.remove_trade(by=officer(request), registration=file, now=timezone.now(), **asked),
        _("已移除职业。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_programme(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file, form = in_hand(mine), ProgrammeForm(request.POST)
    if not form.is_valid():
        return page_of(request, mine, form)
    values = form.cleaned_data
    return done(
        request,
        mine,
        lambda: institutions.add_programme(
            by=officer(request),
            registration=file,
            kind=values["programme"],
            valid_from=values["runs_from"],
            valid_until=values["runs_until"],
            now=timezone.now(),
        ),
        _("已添加培训类型。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_programme_remove(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file, kind = in_hand(mine), request.POST.get("programme", "")
    return done(
        request,
        mine,
        lambda: institutions.remove_programme(by=officer(request), registration=file, kind=kind, now=timezone.now()),
        _("已移除培训类型。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_trainer(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file, form = in_hand(mine), TrainerForm(request.POST, institution=mine, now=timezone.now())
    if not form.is_valid():
        return page_of(request, mine, form)
    values = form.cleaned_data
    return done(
        request,
        mine,
        lambda: institutions.add_trainer(
            by=officer(request),
            registration=file,
            name=values["name"],
            login=values["login"],
            occupation=values["teaches"],
            certificate=values["certificate"],
            certificate_number=values["certificate_number"],
            valid_until=values["until"],
            now=timezone.now(),
        ),
        _("已添加教师。"),
    )


@require_POST
@allow(Permission.RUN_CLASSES)
def desk_institution_trainer_remove(request: HttpRequest, number: str) -> HttpResponse:
    mine = fetch(request, number, Permission.RUN_CLASSES)
    file, text = in_hand(mine), request.POST.get("trainer", "")
    trainer = int(text) if text.isascii() and text.isdigit() else 0
    return done(
        request,
        mine,
        lambda: institutions.remove_trainer(
            by=officer(request), registration=file, trainer=trainer, now=timezone.now()
        ),
        _("已移除教师。"),
    )
