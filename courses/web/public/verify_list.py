"""批量核验: a table of numbers and names goes up, the same table comes back with the verdicts. Nothing is kept."""

from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from courses import certificates, checklists
from courses.refusals import Refused
from courses.web.attachments import returned
from courses.web.gate import public


class ListForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("xlsx 或 csv，2 MB 以内，最多 500 行；要有「证书编号」和「姓名」两列。"),
        error_messages={"required": gettext_lazy("请先选择文件")},
    )


@never_cache
@public
def verify_list(request: HttpRequest) -> HttpResponseBase:
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            now = timezone.now()
            certificates.count(address=get_adapter(request).get_client_ip(request), now=now, what="verify-list")
            file = checklists.answer(content=form.cleaned_data["file"].read(checklists.FILE_BYTES + 1), now=now)
        except Refused as refusal:
            form.add_error("file", refusal.sentence)
        else:
            return returned(file, _("证书核验结果"))
    return _page(request, form)


def _page(request: HttpRequest, form: ListForm) -> HttpResponse:
    return render(request, "public/verify_list.html", {"form": form}, status=422 if form.errors else 200)
