"""常用筛选: which filters a member of staff finds again above a list, under which name, and how many."""

from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from courses import audit
from courses.models import SavedView, User
from courses.refusals import Refused

Listing = SavedView.Listing
# The filters that each list has. None of them asks for a person, so none is ever kept.
FILTERS: dict[str, tuple[str, ...]] = {
    Listing.QUEUE: ("kind", "district", "check", "q"),
    Listing.CLASSES: ("status", "kind", "brand", "year", "month", "district", "institution", "q"),
    Listing.INSTITUTIONS: ("status", "district", "q"),
}
LABEL_LENGTH, QUERY_LENGTH = 20, 300


class SavedViewRefusal(StrEnum):
    LABEL_MISSING = "label_missing"
    LABEL_LONG = "label_long"
    LABEL_TAKEN = "label_taken"
    NO_FILTER = "no_filter"
    QUERY_LONG = "query_long"
    TOO_MANY = "too_many"


class SavedViewRefused(Refused):
    sentences = {
        SavedViewRefusal.LABEL_MISSING: _("请给这组筛选起一个名称，未保存。"),
        SavedViewRefusal.LABEL_LONG: _("名称最多 %(most)s 个字，未保存。请缩短后再保存。"),
        SavedViewRefusal.LABEL_TAKEN: _("已有名为「%(label)s」的常用筛选，未保存。请换一个名称，或先删除原来的。"),
        SavedViewRefusal.NO_FILTER: _("现在没有任何筛选条件，未保存。请先筛选，再保存。"),
        SavedViewRefusal.QUERY_LONG: _("筛选条件太长，未保存。请缩短查找的文字。"),
        SavedViewRefusal.TOO_MANY: _("这个列表最多保存 %(most)s 组常用筛选，未保存。请先删除一组。"),
    }


def keep(*, by: User, listing: SavedView.Listing, label: str, query: str, now: datetime) -> SavedView:
    """Keep the filters of a query string under a name; what is no filter of the list is dropped.

    Refused with SavedViewRefused: no name, a long one, one in use on this list, no filter, a long query, and more than
    `SavedView.MOST` on one list.
    """
    name, kept = label.strip(), filters(listing=listing, query=query)
    _judge(name, kept)
    with transaction.atomic():
        # Two windows of one person take their turns.
        User.objects.select_for_update().get(pk=by.pk)
        own = dict(SavedView.objects.filter(owner=by, listing=listing).values_list("label", "place"))
        if name in own:
            raise SavedViewRefused(SavedViewRefusal.LABEL_TAKEN, label=name)
        free = sorted(set(range(1, SavedView.MOST + 1)) - set(own.values()))
        if not free:
            raise SavedViewRefused(SavedViewRefusal.TOO_MANY, most=SavedView.MOST)
        made = SavedView.objects.create(owner=by, listing=listing, label=name, query=kept, place=free[0])
        audit.record(by=by, verb="view_saved", target=made, now=now, detail={"listing": str(listing)})
    return made


def _judge(name: str, kept: str) -> None:
    if not name:
        raise SavedViewRefused(SavedViewRefusal.LABEL_MISSING)
    if len(name) > LABEL_LENGTH:
        raise SavedViewRefused(SavedViewRefusal.LABEL_LONG, most=LABEL_LENGTH)
    if not kept:
        raise SavedViewRefused(SavedViewRefusal.NO_FILTER)
    if len(kept) > QUERY_LENGTH:
        raise SavedViewRefused(SavedViewRefusal.QUERY_LONG)


def forget(*, by: User, view: SavedView, now: datetime) -> None:
    """Remove one of one's own; one that is gone already is no error."""
    with transaction.atomic():
        removed, _rows = SavedView.objects.filter(pk=view.pk, owner=by).delete()
        if removed:
            audit.record(by=by, verb="view_forgotten", target=view, now=now, detail={"listing": view.listing})


def filters(*, listing: SavedView.Listing, query: str) -> str:
    """The filters of the list that a query string holds, in the order of the list."""
    given = dict(parse_qsl(query))
    return urlencode([(name, given[name].strip()) for name in FILTERS[listing] if given.get(name, "").strip()])
