"""Every table that may hold something of a citizen is emptied by an erasure, or named here with the reason."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from courses import models as nouns
from courses.erasure import emptying
from courses.models import Learner, User
from courses.privacy import encrypted_fields

pytestmark = pytest.mark.django_db
OPAQUE = "tells a person by opaque numbers only"
KEPT = {
    "ApprovalLine": OPAQUE,
    "Attendance": OPAQUE,
    "CountEntry": "counts for good, under a random key",
    "CountClaim": "keeps one person from counting twice, under a random key",
    "Completion": "what was decided; its reasoning holds figures",
    "CompletionStep": "append-only: how it was decided, in figures; numbers of citizens are blanked in its reasons",
    "Certificate": "valid for who holds the paper; its name goes with the class file or at once (`forget_holder`)",
    "CertificateWithdrawal": "what was decided, with staff's reason",
    "CounterEntry": "holds nothing once it led to an enrolment, and is pruned within the day otherwise",
    "DeviceAllowance": "append-only: who allowed what, with staff's reason",
    "DoorRequest": OPAQUE,
    "ExternalCertificate": "goes where the name on the certificate goes (`certificates.forget_holder`)",
    "ErasureRequest": "the request itself, and who decided",
    "Evidence": "append-only: `note` is typed by a trainer about a mark",
    "GroupBooking": "the contact is the employer's, not a learner",
    "KitEntry": "append-only, signed on a phone: opaque numbers",
    "LeaveLesson": OPAQUE,
    "MergeProposal": "two numbers, with staff's reason",
    "OpeningPapers": "the contact of an institution",
    "PaperEntry": "about a sheet as a whole",
    "PaperLine": OPAQUE,
    "PaperPhoto": "a page of a signed sheet, with all who signed it; part of the files of its class",
    "PaperRow": "append-only: which row of a sheet is whose, by number",
    "PersonCount": OPAQUE,
    "PersonMerge": "two numbers, with staff's reason",
    "Pitch": "append-only: the project of a camp's applicant, part of the selection's file",
    "RefusedScan": OPAQUE,
    "RegisteredTrainer": "a trainer of an institution, not a learner",
    "Reveal": "who looked, when and why",
    "RollCallTry": OPAQUE,
    "RoomCheckLine": OPAQUE,
    "RosterImport": "a list of many, deleted by `roster_file_days`",
    "RosterRow": "holds nothing once its import is finished",
    "SampleLine": OPAQUE,
    "Score": "results, with staff's reason for a change",
    "ScoreSheet": "append-only: what reviewers gave, part of the selection's file",
    "SelectionLine": OPAQUE,
    "StaffRequest": "of who works here; its phone and address go once it is decided",
    "Revocation": "what was decided, with staff's reason",
    "Tombstone": "under a random key",
    "Undercut": "which requirement is no longer met",
    "WorkAssignment": OPAQUE,
}


def about_people() -> set[str]:
    """Models that lead to a learner, over however many others, or keep something encrypted; logins with them."""
    ours = list(apps.get_app_config("courses").get_models())
    found = {Learner} | {model for model in ours if encrypted_fields(model) or _keyed(model)}
    # Nearly everything names the login that wrote it.
    while further := {model for model in ours if _leads(model) & (found - {User})} - found:
        found |= further
    return {model.__name__ for model in {User, *found}}


def _keyed(model: type[models.Model]) -> bool:
    return any(field.name == "person" for field in model._meta.local_concrete_fields)


def _leads(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.local_concrete_fields if isinstance(field, models.ForeignKey)}


def test_each_table_about_people_is_emptied_or_says_why_it_is_not() -> None:
    emptied = {name for name in about_people() if getattr(emptying, name, None) is getattr(nouns, name)}
    assert about_people() - emptied == set(KEPT)
