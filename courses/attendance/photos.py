"""A code in a photo, for a browser that reads none by itself. The photo is looked at and never kept."""

from enum import StrEnum

import zxingcpp
from django.utils.translation import gettext_lazy as _

from courses.people.paper import PaperRefused, open_photo
from courses.refusals import Refused

# Larger than any symbol needs; a whole telephone photo would cost seconds.
SIDE_MOST = 2000


class PhotoRefusal(StrEnum):
    TOO_LARGE = "too_large"
    NO_PHOTO = "no_photo"
    NO_CODE = "no_code"
    SEVERAL = "several"


class PhotoRefused(Refused):
    sentences = {
        PhotoRefusal.TOO_LARGE: _("没有登记。照片超过 %(most)s MB，请靠近一点重拍。"),
        PhotoRefusal.NO_PHOTO: _("没有登记。这不是照片，请用相机拍下签到码。"),
        PhotoRefusal.NO_CODE: _("没有登记。照片里没有看到签到码，请靠近、拿稳，再拍一次。"),
        PhotoRefusal.SEVERAL: _("没有登记。照片里有几个码，请一次只拍一位学员的。"),
    }


def read_photo(*, content: bytes, megabytes: int) -> str:
    """The text of the one QR in a photo. Refused with PhotoRefused: too large, no photo, no code, several."""
    if len(content) > megabytes * 1024 * 1024:
        raise PhotoRefused(PhotoRefusal.TOO_LARGE, most=megabytes)
    try:
        picture = open_photo(content).convert("L")
    except PaperRefused:
        raise PhotoRefused(PhotoRefusal.NO_PHOTO) from None
    picture.thumbnail((SIDE_MOST, SIDE_MOST))
    found = {one.text for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)}
    if not found:
        raise PhotoRefused(PhotoRefusal.NO_CODE)
    if len(found) > 1:
        raise PhotoRefused(PhotoRefusal.SEVERAL)
    return str(found.pop())
