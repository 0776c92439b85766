"""Whose turn it is: what waits for somebody at the desk, what waits for others, and what somebody has handled.

A turn is an open step of one class: the class or a change of it is to be reviewed or mended, or its completions are to
be handed in, approved or proposed anew; a signed sheet that one person entered, a register that one sent as a file, or
an arrival that one added late is to be confirmed, a guest asks to hear a missed lesson, or has heard it; a work is to
be judged; a change of a score, a revocation or the withdrawal of a certificate that one person began waits for a
second, or an approved completion is to be looked at whose grounds have changed, or lacks its certificate; an employer
has booked and sent no list yet; what reached a learner by no carrier is to be said to them; a learner waits for an
answer on leave or a dispute, or asks to change class, could be called into a free seat or never came; the applications
of a camp are to be scored, or its result to be brought out; or it is an institution's registration that is to be
reviewed; or, of the whole city, a merge, a correction, a post, a close or an export with full numbers to be confirmed,
an erasure to be received and decided, a person without a phone to be told that theirs was refused, a change of the
rules to be published, a sample to be checked, a card to be shown, answered for or withdrawn; or, after a class,
learners who were drawn are to be called, and those who completed to be asked what became of them.
It belongs to everybody who holds the permission for that class or institution – of a camp, and of what one person
began, to those who may still take the step, since nobody scores twice or confirms what they had a hand in; to all
others who see it it is somebody else's. A draft that was never handed in waits for its own institution and for nobody
else.
"""

from courses.turns.asked import ASKED_CHANGES, open_follow_ups, ripe_disputes, to_call
from courses.turns.city import mine as my_matters
from courses.turns.city import since_of
from courses.turns.deeds import (
    AGREED,
    ASKED,
    CALLED,
    CHECKED,
    CLOSED,
    DRAWN,
    ENTERED,
    JUDGED,
    SCORED,
    TAKEN_BACK,
    TOLD,
    handled,
)
from courses.turns.kinds import (
    AFTERWARDS,
    OF_CAMPS,
    OF_CARDS,
    OF_CITY,
    OF_PRESENCE,
    OF_REGISTRATIONS,
    OF_RESTS,
    OF_REVIEWERS,
    OF_SEATS,
    OF_SECONDS,
    PERMISSION,
    Handled,
    Of,
    Turn,
    Waiting,
    Wanted,
)
from courses.turns.papers import in_question, uncertified
from courses.turns.waiting import begun, count_mine, elsewhere, kinds_for, mine, my_registrations

__all__ = [
    "AFTERWARDS",
    "AGREED",
    "ASKED",
    "ASKED_CHANGES",
    "CALLED",
    "CHECKED",
    "CLOSED",
    "DRAWN",
    "ENTERED",
    "JUDGED",
    "OF_CAMPS",
    "OF_CARDS",
    "OF_CITY",
    "OF_PRESENCE",
    "OF_REGISTRATIONS",
    "OF_RESTS",
    "OF_REVIEWERS",
    "OF_SEATS",
    "OF_SECONDS",
    "PERMISSION",
    "SCORED",
    "TAKEN_BACK",
    "TOLD",
    "Handled",
    "Of",
    "Turn",
    "Waiting",
    "Wanted",
    "begun",
    "count_mine",
    "elsewhere",
    "handled",
    "in_question",
    "kinds_for",
    "mine",
    "my_matters",
    "my_registrations",
    "open_follow_ups",
    "ripe_disputes",
    "since_of",
    "to_call",
    "uncertified",
]
