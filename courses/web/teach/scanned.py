"""One scan of a person as a screen shows it: a colour, a word, a name, and what to do. Used by trainer and kiosk."""

from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses import attendance, policy, privacy
from courses.attendance import PersonRefusal, PersonRefused, PhotoRefused, Place, Scanned, Scanner, Standing
from courses.models import Direction, Lesson
from courses.refusals import Refused

CODE_MOST = 200
WHY: dict[str, str | Promise] = {
    "shared_device": gettext_lazy("这部手机今天已为另一位学员签到，请老师当面确认。"),
    "second_scan": gettext_lazy("这次要两样都有：学员扫大屏，老师扫学员。还差一样。"),
    "marked_away": gettext_lazy("这位学员已记为缺勤或请假，现在来了。请老师在点名册确认。"),
    "arrival_awaits": gettext_lazy("签退已记下。签到还在等老师确认，请老师在点名册确认。"),
    "old_code": gettext_lazy("手机上的码不是刚才的，请老师当面确认是本人。"),
}

_NOT_COUNTED: dict[Standing, str | Promise] = {
    Standing.UNDONE: gettext_lazy("本人撤销了这次签到。"),
    Standing.DENIED: gettext_lazy("老师核对后没有认可这次签到。"),
    Standing.AWAY: gettext_lazy("这次课已记为缺勤或请假。"),
}


@dataclass(frozen=True)
class Face:
    """`tone` is go, wait or stop: it is the ground, the sound and the shape."""

    tone: str
    word: str
    name: str = ""
    text: str = ""
    receipt: str = ""


def code_of(request: HttpRequest, *, megabytes: int) -> str:
    """What was scanned or typed; a photo is read here and dropped. Refused with PhotoRefused."""
    photo = request.FILES.get("photo")
    if isinstance(photo, UploadedFile):
        return attendance.read_photo(content=photo.read(megabytes * 1024 * 1024 + 1), megabytes=megabytes)
    return request.POST.get("code", "")[:CODE_MOST]


def scan_as(request: HttpRequest, *, at: Lesson | Place, scanner: Scanner, whole_name: bool) -> Face:
    """The one domain call of every scanning screen, and how its answer looks."""
    now = timezone.now()
    asked = request.POST.get("direction", "")
    try:
        text = code_of(request, megabytes=policy.current(on=policy.local_date(now)).scan_photo_megabytes)
        scanned = attendance.scan_person(
            text=text,
            at=at,
            scanner=scanner,
            direction=Direction(asked) if asked in (Direction.IN, Direction.OUT) else None,
            now=now,
        )
    except (PersonRefused, PhotoRefused) as refusal:
        return _refused(refusal, whole_name=whole_name)
    return _face(scanned, whole_name=whole_name)


def _refused(refusal: Refused, *, whole_name: bool) -> Face:
    learner = getattr(refusal, "learner", None)
    guest = refusal.code == PersonRefusal.GUEST
    tone, word = ("wait", _("来补课")) if guest else ("stop", _("不认"))
    return Face(tone, word, _named(learner.name, whole_name=whole_name) if learner else "", refusal.sentence)


def _named(name: str, *, whole_name: bool) -> str:
    return name if whole_name else privacy.mask_name(name)


def _face(scanned: Scanned, *, whole_name: bool) -> Face:
    receipt = scanned.receipt
    name = _named(scanned.learner.name, whole_name=whole_name)
    clock = receipt.happened_at.astimezone(policy.CITY_TIME).strftime("%H:%M")
    if receipt.standing == Standing.AWAITS:
        return Face("wait", _("要确认"), name, str(WHY.get(receipt.why, _("请老师在点名册确认。"))), receipt.number)
    if receipt.standing == Standing.COUNTS:
        return Face("go", _counted(scanned), name, _told(scanned, clock), receipt.number)
    text = str(_NOT_COUNTED[receipt.standing])
    return Face("stop", _("不认"), name, _("%(text)s请老师在点名册登记。") % {"text": text}, receipt.number)


def _counted(scanned: Scanned) -> str:
    out = scanned.receipt.direction == Direction.OUT
    if scanned.again:
        return _("已签退过") if out else _("已签到过")
    return _("签退了") if out else _("到了")


def _told(scanned: Scanned, clock: str) -> str:
    if scanned.again:
        return _("第一次是 %(time)s，没有重复记。") % {"time": clock}
    if scanned.receipt.late:
        return _("%(time)s 已记下，迟到。") % {"time": clock}
    return _("%(time)s 已记下。") % {"time": clock}


def as_json(face: Face) -> JsonResponse:
    """For the script: the ground and sound by `tone`, the rest as it is written into the page."""
    body: dict[str, Any] = {"tone": face.tone, "html": render_to_string("teach/scan/result.html", {"face": face})}
    return JsonResponse(body)


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
