"""证书补字: a character that the typeface of certificates lacks, handed in by one of the city and confirmed by another."""

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from courses import access
from courses.access import Permission
from courses.certificates import supplying
from courses.models import SuppliedGlyph
from courses.refusals import Refused
from courses.web.desk.page import officer, show
from courses.web.gate import allow
from courses.web.told import told

SIDE = 96.0


class GlyphForm(forms.Form):
    character = forms.CharField(label=gettext_lazy("要补的字"), max_length=8)
    file = forms.FileField(
        label=gettext_lazy("字体文件"),
        help_text=gettext_lazy("TTF 或 OTF，8 MB 以内，含有这个字，并且单位有权使用。只留下这一个字的字形。"),
    )


@allow(Permission.SET_RULES)
def desk_glyphs(request: HttpRequest) -> HttpResponse:
    """What was handed in, each as it will be drawn, and the form for another."""
    form = GlyphForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        given = {"character": form.cleaned_data["character"], "content": file.read()}
        try:
            supplying.supply(by=officer(request), now=timezone.now(), **given)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("已提交，等另一人核对字形。"))
            return redirect("desk_glyphs")
    rows = access.visible_glyphs(user=officer(request), now=timezone.now()).select_related("by", "decided_by")
    context = {
        "form": form,
        "rows": [(row, supplying.strokes(glyph=row, size=SIDE)) for row in rows],
        "side": SIDE,
        "user_pk": officer(request).pk,
        "crumbs": [(_("政策版本和承诺书"), reverse("desk_rules"))],
        "here": _("证书补字"),
    }
    return show(request, "desk/rules/glyphs.html", context, here="desk_rules", status=422 if form.errors else 200)


@require_POST
@allow(Permission.SET_RULES)
def desk_glyph_decide(request: HttpRequest, number: str) -> HttpResponse:
    """The second person has looked at the drawing, or it is left out."""
    rows = access.visible_glyphs(user=officer(request), now=timezone.now())
    row = get_object_or_404(SuppliedGlyph.objects.filter(pk__in=rows.values("pk")), number=number)
    if request.POST.get("decision") == "confirm":
        with told(request, _("已采用，含这个字的证书可以发了。")):
            supplying.confirm(by=officer(request), glyph=row, now=timezone.now())
    else:
        with told(request, _("没有采用。")):
            supplying.leave_out(by=officer(request), glyph=row, now=timezone.now())
    return redirect("desk_glyphs")
