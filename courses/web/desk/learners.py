"""学员: find a person among those that a post shows, and look at a full number for a written reason, if it may."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from courses import access, privacy
from courses.access import Permission
from courses.models import District, Enrolment, IdentityDocument, Learner, LearnerCategory, PersonMerge
from courses.people import learners
from courses.people.learners import RevealRefused
from courses.people.search import Asked, Found, SearchRefused, search
from courses.web.desk.page import officer, show
from courses.web.gate import allow

PER_PAGE = 20
PAGE_DIGITS = 4
FIELDS = (("document", _("证件号码")), ("phone", _("手机号")))


@dataclass(frozen=True)
class Person:
    """A person as a list shows them: nothing is whole."""

    number: str
    name: str
    document: str
    phone: str
    classes: list[Enrolment]


class SearchForm(forms.Form):
    name = forms.CharField(
        label=_("姓名"), max_length=60, required=False, help_text=_("要写全名，一字不差；只写一部分查不到")
    )
    last4 = forms.CharField(label=_("证件号码后四位"), max_length=4, required=False)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("常住区市"), to_field_name="key", required=False, empty_label=_("全部")
    )
    category = forms.ModelChoiceField(
        LearnerCategory.objects.all(), label=_("人员类别"), to_field_name="key", required=False, empty_label=_("全部")
    )
    training_class = forms.CharField(label=_("班号"), max_length=20, required=False)

    def asked(self) -> Asked:
        given = self.cleaned_data
        texts = {name: given[name].strip() for name in ("name", "last4", "training_class")}
        keys = {name: given[name].key if given[name] else "" for name in ("district", "category")}
        return Asked(**texts, **keys)


@never_cache
@sensitive_post_parameters("name", "last4")
@allow(Permission.FIND_LEARNERS)
def desk_learners(request: HttpRequest) -> HttpResponse:
    """The search and its pages are POSTs, so that no name stands in an address or a log."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found: Found | None = None
    if request.method == "POST" and form.is_valid():
        found = _search(request, form)
    context = {"form": form, "found": found, "people": _masked(request, found.people) if found else []}
    return show(request, "desk/learners/search.html", context, here="desk_learners", status=422 if form.errors else 200)


def _search(request: HttpRequest, form: SearchForm) -> Found | None:
    page = request.POST.get("page", "")
    wanted = int(page) if page.isascii() and page.isdigit() and len(page) <= PAGE_DIGITS else 1
    try:
        return search(by=officer(request), asked=form.asked(), page=wanted, per_page=PER_PAGE, now=timezone.now())
    except SearchRefused as refusal:
        form.add_error(None, refusal.sentence)
        return None


def _masked(request: HttpRequest, rows: list[Learner]) -> list[Person]:
    """With the classes that the post shows, of merged records too. As many statements for twenty people as for one."""
    shown = access.visible_classes(user=officer(request), now=timezone.now(), permission=Permission.FIND_LEARNERS)
    documents = {
        row.learner_id: row.number for row in IdentityDocument.objects.filter(learner__in=rows, until__isnull=True)
    }
    kept = dict(PersonMerge.objects.filter(kept__in=rows).values_list("merged", "kept"))
    own = [*(row.pk for row in rows), *kept]
    enrolments: dict[int, list[Enrolment]] = {}
    for row in (
        Enrolment.objects.filter(learner__in=own, training_class__in=shown.values("pk"))
        .select_related("training_class__course")
        .order_by("-training_class__starts_on")
    ):
        enrolments.setdefault(kept.get(row.learner_id, row.learner_id), []).append(row)
    return [
        Person(
            learner.number,
            learner.masked_name,
            privacy.mask_id(documents.get(learner.pk, "")),
            privacy.mask_phone(learner.phone),
            enrolments.get(learner.pk, []),
        )
        for learner in rows
    ]


@never_cache
@sensitive_post_parameters("reason")
@require_POST
@allow(Permission.REVEAL)
def desk_learner_reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show one field of one person once; the page is not kept, the look is."""
    now = timezone.now()
    scope = access.visible_learners(user=officer(request), now=now, permission=Permission.REVEAL)
    learner = get_object_or_404(scope, number=number)
    field = request.POST.get("field", "")
    label = dict(FIELDS).get(field)
    shown, sentence = "", ""
    if label is None:
        sentence = str(_("请选择要看哪一项，本次未显示。"))
    else:
        try:
            shown = learners.reveal(
                by=officer(request), learner=learner, field=field, reason=request.POST.get("reason", ""), now=now
            )
        except RevealRefused as refusal:
            sentence = refusal.sentence
    context = {"person": _masked(request, [learner])[0], "label": label, "shown": shown, "sentence": sentence}
    return show(request, "desk/learners/reveal.html", context, here="desk_learners", status=422 if sentence else 200)
