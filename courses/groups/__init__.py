"""单位团报: an employer books seats of one class for named people, all of them or none."""

from courses.groups.booking import Employer, amend, current_list, drop, elsewhere, request, take_list
from courses.groups.refusals import GroupRefusal, GroupRefused
from courses.groups.replacing import Replaced, replace
from courses.groups.seats import (
    GroupOutlook,
    Member,
    confirm,
    list_for_employer,
    may_undo,
    members,
    outlook,
    undo,
)

__all__ = [
    "Employer",
    "GroupOutlook",
    "GroupRefusal",
    "GroupRefused",
    "Member",
    "Replaced",
    "amend",
    "confirm",
    "current_list",
    "drop",
    "elsewhere",
    "list_for_employer",
    "may_undo",
    "members",
    "outlook",
    "replace",
    "request",
    "take_list",
    "undo",
]
