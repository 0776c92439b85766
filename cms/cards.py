"""A found course as a row of the list."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.catalogue import Listed, Soonest
from courses.dates import speaks_english
from courses.templatetags.words import day_words, nb

# Rows as format strings: twenty of them with ten values each are most of what the list costs as a template loop.
COURSE = """<li><div class="c-name"><h2 class="h3"><a href="{url}">{name}</a></h2>
<p class="quiet small">{labels}</p>{lead}</div>
<p class="c-hours"><b>{hours}</b> {hours_word}</p>
"""
OPENING = """<div class="c-next"><p><b>{starts}</b></p><p class="quiet small">{place}</p>{more}</div>
<p class="c-seats {tone}"><b>{seats}</b><span>{detail}</span></p></li>
"""
NO_OPENING = """<p class="c-next quiet">{none}</p></li>
"""
LEAD = "<p>{}</p>"
MORE = '<p class="quiet small">{}</p>'
NOTHING = SafeString("")


def row(course: Listed, *, labels: dict[str, dict[int, str]], page: tuple[str, str] | None) -> SafeString:
    """`labels`: list → id → name; `page`: address and lead of its page."""
    url, lead = page or (reverse("course", args=[course.number]), "")
    told = [labels["brand"].get(course.brand_id or 0, ""), labels["kind"].get(course.kind_id, "")]
    facts = {
        "url": url,
        "name": nb(course.name_en if speaks_english() else course.name),
        "labels": _("，").join(filter(None, told)),
        "lead": format_html(LEAD, lead) if lead else NOTHING,
        "hours": course.hours,
        "hours_word": _("学时"),
    }
    if course.soonest is None:
        return format_html(COURSE + NO_OPENING, **facts, none=_("暂时没有可报的班"))
    district = labels["district"][course.soonest.district_id]
    return format_html(
        COURSE + OPENING, **facts, **_opening(course.soonest, district=district, more=course.openings - 1)
    )


def _opening(soonest: Soonest, *, district: str, more: int) -> dict[str, str]:
    seats = soonest.seats
    others = more and ngettext("另有 %(more)s 个班", "另有 %(more)s 个班", more) % {"more": more}
    return {
        "starts": _("%(day)s 开班") % {"day": day_words(soonest.starts_on)},
        "place": _("，").join(filter(None, [district, soonest.venue_name])),
        "more": format_html(MORE, others) if others else NOTHING,
        "tone": seats.tone.value,
        "seats": seats.short,
        "detail": seats.queue or _("共 %(total)s 席") % {"total": seats.total},
    }
