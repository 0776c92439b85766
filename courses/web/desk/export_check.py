"""核对导出件: by the number and the code on a sheet, or by its QR, what was exported then; and whether a file is the one."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses import exports
from courses.access import Permission
from courses.web.desk.exports import district_names
from courses.web.desk.page import show
from courses.web.gate import allow


class CheckForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("导出编号"), max_length=20)
    code = forms.CharField(label=gettext_lazy("校验码"), max_length=30)
    file = forms.FileField(label=gettext_lazy("文件"), required=False)


@never_cache
@require_http_methods(["GET", "POST"])
@allow(Permission.SEE_DESK)
def desk_export_check(request: HttpRequest, number: str = "", code: str = "") -> HttpResponse:
    """Whoever holds the sheet may know what the records say of it; a wrong code and an unknown number read the same."""
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm(initial={"number": number})
    if form.is_valid():
        number, code = form.cleaned_data["number"], form.cleaned_data["code"]
    found = exports.find(number=number, code=code) if number and code else None
    file = form.cleaned_data.get("file") if form.is_bound and form.is_valid() else None
    context = {
        "form": form,
        "asked": bool(number and code),
        "found": found,
        "same": exports.is_same(export=found, file=file) if found and file else None,
        "districts": district_names(),
        "crumbs": [(_("报表"), reverse("desk_exports"))],
        "here": _("核对导出件"),
    }
    return show(request, "desk/exports/check.html", context, here="desk_exports", status=422 if form.errors else 200)
