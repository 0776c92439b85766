"""名单导入: a spreadsheet of learners (form A) into the seats of a class, all or none."""

from courses.rosters.commit import Outlook, commit, may_undo, outlook, undo
from courses.rosters.keeping import reencrypt_files, sweep, sweep_strays
from courses.rosters.refusals import RosterRefusal, RosterRefused
from courses.rosters.staging import Question, Slip, check, decide, give_up, questions, receive, slips, tend
from courses.rosters.workbooks import template, with_problems

__all__ = [
    "Outlook",
    "Question",
    "RosterRefusal",
    "RosterRefused",
    "Slip",
    "check",
    "commit",
    "decide",
    "give_up",
    "may_undo",
    "outlook",
    "questions",
    "receive",
    "reencrypt_files",
    "slips",
    "sweep",
    "sweep_strays",
    "template",
    "tend",
    "undo",
    "with_problems",
]
