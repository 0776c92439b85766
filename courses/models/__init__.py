"""The nouns of the service, one file each; thin and constrained."""

from courses.models.aftercare import CallBack, CallBackLine, FollowUp
from courses.models.approval import ApprovalBatch, ApprovalLine, Revocation, Sample, SampleLine, Undercut
from courses.models.attendance import Attendance, Direction, DoorRequest, Evidence, RefusedScan
from courses.models.audit import AuditEvent
from courses.models.cards import Card, CardStep
from courses.models.catalogue import (
    Brand,
    Course,
    District,
    Institution,
    InstitutionKind,
    Line,
    Occupation,
    ProgrammeKind,
    Project,
    SkillLevel,
    Venue,
)
from courses.models.certificates import (
    Certificate,
    CertificatePaper,
    CertificateWithdrawal,
    ExternalCertificate,
    SigningKey,
    SuppliedGlyph,
)
from courses.models.classes import ClassEvent, Lesson, TrainingClass
from courses.models.clients import ApiClient, IdempotentAnswer, Kiosk
from courses.models.completion import Completion, CompletionStep
from courses.models.corrections import Correction
from courses.models.counter import CounterEntry, PersonalCard
from courses.models.devices import DeviceAllowance
from courses.models.disputes import Dispute
from courses.models.enrolment import Enrolment, TransferRequest
from courses.models.erasure import ErasureRequest, Tombstone
from courses.models.exports import Export, ExportSchedule, OwnForm, OwnFormVersion
from courses.models.groups import GroupBooking
from courses.models.institutions import (
    InstitutionEvent,
    RegisteredProgramme,
    RegisteredTrade,
    RegisteredTrainer,
    Registration,
    TrainingNeed,
)
from courses.models.kits import Kit, KitEntry, KitReport
from courses.models.learning import Unit
from courses.models.leave import LeaveLesson, LeaveRequest
from courses.models.ledger import (
    CountClaim,
    CountEntry,
    DailyBreakdown,
    DailyTotal,
    HeadCount,
    LedgerSeal,
    OpeningBatch,
    PersonCount,
)
from courses.models.makeups import MakeUp
from courses.models.merges import MergeProposal
from courses.models.notices import OutboxMessage, RateCount
from courses.models.numbers import NumberSeries
from courses.models.opening import (
    ChangeRequest,
    Commitment,
    CommitmentText,
    OpeningFile,
    OpeningPapers,
    ReviewEscalation,
    SizeOverride,
)
from courses.models.paper import PaperEntry, PaperLine, PaperPhoto, PaperRow, PaperSheet
from courses.models.people import (
    Consent,
    ConsentNotice,
    Device,
    DocumentKind,
    EducationLevel,
    IdentityDocument,
    Learner,
    LearnerCategory,
    PersonMerge,
    Reveal,
    User,
)
from courses.models.places import Room, TrainingBase
from courses.models.policy import Holiday, PolicyVersion
from courses.models.posts import AccessLink, Post, StaffRequest
from courses.models.proofs import EnrolmentDraft, IdentityDraft, Proof
from courses.models.rollcalls import RollCall, RollCallTry
from courses.models.rosters import RosterImport, RosterRow
from courses.models.rules import RuleProposal
from courses.models.saved_views import SavedView
from courses.models.scores import ClassExaminer, Score
from courses.models.selection import Pitch, ScoreSheet, Selection, SelectionLine
from courses.models.supervision import RoomCheck, RoomCheckLine, RoomCount, Signal, SignalNote, SignalRun
from courses.models.tally import MonthClose, Target, YearClose
from courses.models.works import Regrade, Work, WorkAssignment

__all__ = [
    "AccessLink",
    "ApiClient",
    "ApprovalBatch",
    "ApprovalLine",
    "Attendance",
    "AuditEvent",
    "Brand",
    "CallBack",
    "CallBackLine",
    "Card",
    "CardStep",
    "Certificate",
    "CertificatePaper",
    "CertificateWithdrawal",
    "ChangeRequest",
    "ClassEvent",
    "ClassExaminer",
    "Commitment",
    "CommitmentText",
    "Completion",
    "CompletionStep",
    "Consent",
    "ConsentNotice",
    "Correction",
    "CountClaim",
    "CountEntry",
    "CounterEntry",
    "Course",
    "DailyBreakdown",
    "DailyTotal",
    "Device",
    "DeviceAllowance",
    "Direction",
    "Dispute",
    "District",
    "DocumentKind",
    "DoorRequest",
    "EducationLevel",
    "Enrolment",
    "EnrolmentDraft",
    "ErasureRequest",
    "Evidence",
    "Export",
    "ExportSchedule",
    "ExternalCertificate",
    "FollowUp",
    "GroupBooking",
    "HeadCount",
    "Holiday",
    "IdempotentAnswer",
    "IdentityDocument",
    "IdentityDraft",
    "Institution",
    "InstitutionEvent",
    "InstitutionKind",
    "Kiosk",
    "Kit",
    "KitEntry",
    "KitReport",
    "Learner",
    "LearnerCategory",
    "LeaveLesson",
    "LeaveRequest",
    "LedgerSeal",
    "Lesson",
    "Line",
    "MakeUp",
    "MergeProposal",
    "MonthClose",
    "NumberSeries",
    "Occupation",
    "OpeningBatch",
    "OpeningFile",
    "OpeningPapers",
    "OutboxMessage",
    "OwnForm",
    "OwnFormVersion",
    "PaperEntry",
    "PaperLine",
    "PaperPhoto",
    "PaperRow",
    "PaperSheet",
    "PersonCount",
    "PersonMerge",
    "PersonalCard",
    "Pitch",
    "PolicyVersion",
    "Post",
    "ProgrammeKind",
    "Project",
    "Proof",
    "RateCount",
    "RefusedScan",
    "RegisteredProgramme",
    "RegisteredTrade",
    "RegisteredTrainer",
    "Registration",
    "Regrade",
    "Reveal",
    "ReviewEscalation",
    "Revocation",
    "RollCall",
    "RollCallTry",
    "Room",
    "RoomCheck",
    "RoomCheckLine",
    "RoomCount",
    "RosterImport",
    "RosterRow",
    "RuleProposal",
    "Sample",
    "SampleLine",
    "SavedView",
    "Score",
    "ScoreSheet",
    "Selection",
    "SelectionLine",
    "Signal",
    "SignalNote",
    "SignalRun",
    "SigningKey",
    "SizeOverride",
    "SkillLevel",
    "StaffRequest",
    "SuppliedGlyph",
    "Target",
    "Tombstone",
    "TrainingBase",
    "TrainingClass",
    "TrainingNeed",
    "TransferRequest",
    "Undercut",
    "Unit",
    "User",
    "Venue",
    "Work",
    "WorkAssignment",
    "YearClose",
]
