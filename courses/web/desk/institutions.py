"""机构: the list of institutions with what waits for review, and the form that enters a new one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from courses import access, institutions
from courses.access import Permission
from courses.institutions import Facts, InstitutionRefused
from courses.models import District, Institution, InstitutionKind, Post, SavedView
from courses.people.credit_codes import CreditCodeRefused
from courses.web.desk.page import officer, query_without_page, show
from courses.web.desk.saved_views import kept_views
from courses.web.gate import allow

PER_PAGE = 30


class RegisterForm(forms.Form):
    credit_code = forms.CharField(
        label=gettext_lazy("统一社会信用代码"), max_length=30, help_text=gettext_lazy("18 位，照证书填写。")
    )
    name = forms.CharField(label=gettext_lazy("机构名称"), max_length=80)
    kind = forms.ModelChoiceField(
        InstitutionKind.objects.all(), label=gettext_lazy("类别"), empty_label=gettext_lazy("请选择")
    )
    district = forms.ModelChoiceField(
        District.objects.none(), label=gettext_lazy("区市"), empty_label=gettext_lazy("请选择")
    )
    address = forms.CharField(label=gettext_lazy("地址"), max_length=120)
    contact_phone = forms.CharField(label=gettext_lazy("对外电话"), max_length=20, required=False)

    def __init__(self, *args: Any, districts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = districts


def sections(*, here: str) -> list[dict[str, Any]]:
    """The pages that lie under 机构 in the navigation."""
    pages = (
        ("desk_institutions", _("机构备案")),
        ("desk_cards", _("红黄牌")),
        ("desk_bases", _("公共实训基地")),
        ("desk_projects", _("项目")),
        ("desk_needs", _("培训需求")),
    )
    return [{"url": reverse(name), "word": word, "current": name == here} for name, word in pages]


@allow(Permission.SEE_DESK)
def desk_institutions(request: HttpRequest) -> HttpResponse:
    """Institutions that a post shows, those under review first."""
    found = visible(request)
    chosen = filters_of(request)
    rows = narrowed(found, chosen).select_related("district", "kind")
    waiting = found.filter(waits=True).count()
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "query": query_without_page(request),
        "sections": sections(here="desk_institutions"),
        "districts": District.objects.all(),
        "chosen": chosen,
        "waiting": waiting,
        **kept_views(request, SavedView.Listing.INSTITUTIONS),
    }
    return show(request, "desk/institutions/list.html", context, here="desk_institutions")


def visible(request: HttpRequest, permission: Permission = Permission.SEE_DESK) -> QuerySet[Any]:
    found = access.visible_institutions(user=officer(request), now=timezone.now(), permission=permission)
    return institutions.with_stage(institutions=found)


def narrowed(found: QuerySet[Any], chosen: dict[str, str]) -> QuerySet[Any]:
    """By the filters of the address, those under review first."""
    if chosen["status"] == "waits":
        found = found.filter(waits=True)
    if chosen["district"]:
        found = found.filter(district__key=chosen["district"])
    if chosen["q"]:
        found = found.filter(Q(name__icontains=chosen["q"]) | Q(number__iexact=chosen["q"]))
    return found.order_by("-waits", "number")


def filters_of(request: HttpRequest) -> dict[str, str]:
    """What the address asks the list for."""
    return {name: request.GET.get(name, "").strip() for name in ("status", "district", "q")}


def own_districts(request: HttpRequest) -> Any:
    """Where this person may enter an institution: a district officer in the own district, the city everywhere."""
    posts = access.held(user=officer(request), now=timezone.now())
    keys = {post.district_id for post in posts if post.role == Post.Role.DISTRICT and post.district_id}
    if any(post.role == Post.Role.CITY for post in posts):
        return District.objects.all()
    return District.objects.filter(pk__in=keys)


@require_http_methods(["GET", "POST"])
@allow(Permission.REVIEW)
def desk_institution_new(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None, districts=own_districts(request))
    if form.is_valid() and (made := _register(request, form)):
        messages.success(
            request, _("已登记，机构编号 %(number)s。请机构补齐职业和教师后提交。") % {"number": made.number}
        )
        return redirect("desk_institution", made.number)
    context = {
        "form": form,
        "crumbs": [(_("机构备案"), reverse("desk_institutions"))],
        "here": _("登记机构"),
    }
    status = 422 if form.errors else 200
    return show(request, "desk/institutions/new.html", context, here="desk_institutions", status=status)


def _register(request: HttpRequest, form: RegisterForm) -> Institution | None:
    values = form.cleaned_data
    try:
        return institutions.register(
            by=officer(request),
            credit_code=values["credit_code"],
            facts=Facts(**{name: values[name] for name in ("name", "district", "kind", "address", "contact_phone")}),
            now=timezone.now(),
        )
    except (CreditCodeRefused, InstitutionRefused) as refusal:
        form.add_error("credit_code", refusal.sentence)
        return None
