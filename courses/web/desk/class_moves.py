"""What may be done with a class from its page: each step with who may take it and whether it wants a reason."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses import access, classes
from courses.access import Permission
from courses.models import TrainingClass, User

Status = TrainingClass.Status


@dataclass(frozen=True)
class Move:
    """A change of status that `attendance.advance` makes; `words` are those of its button.

    One with a `page` of its own, named by its route, is taken there, after its consequences have been read.
    """

    to: Status
    words: str | Promise
    permission: Permission
    wants_reason: bool = False
    page: str = ""


# Nobody has been told of a class before its approval.
CANCEL_UNAPPROVED = Move(Status.CANCELLED, _("取消班次"), Permission.RUN_CLASSES, wants_reason=True)
CANCEL = Move(Status.CANCELLED, _("取消班次"), Permission.RUN_CLASSES, wants_reason=True, page="desk_class_cancel")
SUSPEND = Move(Status.SUSPENDED, _("暂停班次"), Permission.REVIEW, wants_reason=True, page="desk_class_suspend")
MOVES: dict[str, tuple[Move, ...]] = {
    Status.DRAFT: (CANCEL_UNAPPROVED,),
    Status.RETURNED: (CANCEL_UNAPPROVED,),
    Status.SUBMITTED: (CANCEL_UNAPPROVED,),
    Status.ENROLLING: (
        Move(Status.RUNNING, _("截止报名并开班"), Permission.RUN_CLASSES, page="desk_class_start"),
        CANCEL,
        SUSPEND,
    ),
    Status.RUNNING: (
        Move(Status.ASSESSING, _("转入考核"), Permission.RUN_CLASSES),
        Move(Status.CLOSED, _("办结班次"), Permission.RUN_CLASSES),
        SUSPEND,
    ),
    Status.ASSESSING: (Move(Status.CLOSED, _("办结班次"), Permission.RUN_CLASSES),),
    Status.CLOSED: (Move(Status.ARCHIVED, _("归档"), Permission.REVIEW),),
    Status.SUSPENDED: (
        Move(Status.ENROLLING, _("恢复报名"), Permission.REVIEW),
        Move(Status.RUNNING, _("恢复上课"), Permission.REVIEW),
        Move(Status.CANCELLED, _("取消班次"), Permission.REVIEW, wants_reason=True, page="desk_class_cancel"),
    ),
}


def moves_for(*, user: User, training_class: TrainingClass, now: datetime) -> list[Move]:
    """The steps that this person may take with this class now; a suspended one goes back to where it was."""
    offered = MOVES.get(training_class.status, ())
    if training_class.status == Status.SUSPENDED:
        back = classes.suspended_from(training_class=training_class)
        offered = tuple(move for move in offered if move.to in (back, Status.CANCELLED))
    return [
        move
        for move in offered
        if access.may_on(user=user, training_class=training_class, permission=move.permission, now=now)
    ]
