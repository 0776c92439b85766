"""查学员: finding a person by name or by the last four of a document, and the one row that says somebody looked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from courses import access, audit
from courses.access import Permission
from courses.models import Enrolment, IdentityDocument, Learner, User
from courses.people.learners import last4_digest
from courses.refusals import Refused

LAST = 4


class SearchRefusal(StrEnum):
    NO_KEY = "no_key"


class SearchRefused(Refused):
    sentences = {SearchRefusal.NO_KEY: _("请填姓名，或证件号码的后四位。")}


@dataclass(frozen=True)
class Asked:
    """What a search asks for. `name` is the whole name; the filters are keys and a class's number, and narrow only."""

    name: str = ""
    last4: str = ""
    district: str = ""
    category: str = ""
    training_class: str = ""

    @property
    def keys(self) -> list[str]:
        """By what kind of key and filter, never with which value."""
        return [name for name, value in vars(self).items() if value]


@dataclass(frozen=True)
class Found:
    """One page of the people found, `many` in all; `page` is the one shown, which may not be the one asked for."""

    people: list[Learner]
    many: int
    page: int
    pages: int


def search(*, by: User, asked: Asked, page: int, per_page: int, now: datetime) -> Found:
    """The people of `asked` among those that the posts of `by` with FIND_LEARNERS show, by their numbers.

    Each answer leaves one row of the audit book: who, by what kind of key, how many were found, which page.
    Refused with SearchRefused: neither a name nor four characters. The filters alone find nobody, so that no list of
    people can be leafed through.
    """
    if not asked.name and len(asked.last4) != LAST:
        raise SearchRefused(SearchRefusal.NO_KEY)
    rows = _matching(by, asked, now)
    with transaction.atomic():
        many = rows.count()
        pages = max(1, -(-many // per_page))
        shown = min(max(page, 1), pages)
        people = list(rows.order_by("number")[(shown - 1) * per_page : shown * per_page])
        detail = {"by": asked.keys, "found": many, "page": shown}
        audit.record(by=by, verb="people_searched", target=by, now=now, detail=detail)
    return Found(people, many, shown, pages)


def _matching(by: User, asked: Asked, now: datetime) -> QuerySet[Learner]:
    # The name of an erased record stays in the files of its classes, and is found nowhere else.
    rows = access.visible_learners(user=by, now=now, permission=Permission.FIND_LEARNERS).filter(erased_at__isnull=True)
    if asked.name:
        rows = rows.filter(name=asked.name)
    if asked.last4:
        digest = last4_digest(last4=asked.last4)
        held = IdentityDocument.objects.filter(last4_digest=digest, until__isnull=True)
        rows = rows.filter(pk__in=held.values("learner"))
    if asked.district:
        rows = rows.filter(district__key=asked.district)
    if asked.category:
        rows = rows.filter(category__key=asked.category)
    if asked.training_class:
        classes = access.visible_classes(user=by, now=now, permission=Permission.FIND_LEARNERS)
        here = classes.filter(number=asked.training_class).order_by().values("pk")
        rows = rows.filter(Exists(Enrolment.objects.filter(learner=OuterRef("pk"), training_class__in=here)))
    return rows
