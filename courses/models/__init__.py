"""The nouns of the service, one file each; thin and constrained."""

from courses.models.approval import ApprovalBatch, ApprovalLine, Revocation, Sample, SampleLine
from courses.models.attendance import Attendance, Direction, Evidence, RefusedScan
from courses.models.audit import AuditEvent
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
from courses.models.classes import ClassEvent, Lesson, TrainingClass
from courses.models.clients import ApiClient, IdempotentAnswer
from courses.models.completion import Completion
from courses.models.counter import CounterEntry, PersonalCard
from courses.models.enrolment import Enrolment
from courses.models.groups import GroupBooking
from courses.models.institutions import (
    InstitutionEvent,
    RegisteredTrade,
    RegisteredTrainer,
    Registration,
    TrainingNeed,
)
from courses.models.learning import Unit
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
from courses.models.merges import MergeProposal
from courses.models.notices import OutboxMessage, RateCount
from courses.models.numbers import NumberSeries
from courses.models.opening import (
    ChangeRequest,
    Commitment,
    CommitmentText,
    OpeningPapers,
    ReviewEscalation,
    SizeOverride,
)
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
    Post,
    Reveal,
    User,
)
from courses.models.places import Room, TrainingBase
from courses.models.policy import Holiday, PolicyVersion
from courses.models.proofs import EnrolmentDraft, Proof
from courses.models.rosters import RosterImport, RosterRow
from courses.models.saved_views import SavedView
from courses.models.selection import Pitch, ScoreSheet, Selection, SelectionLine
from courses.models.supervision import Card
from courses.models.tally import MonthClose, Target, YearClose

__all__ = [
    "ApiClient",
    "ApprovalBatch",
    "ApprovalLine",
    "Attendance",
    "AuditEvent",
    "Brand",
    "Card",
    "ChangeRequest",
    "ClassEvent",
    "Commitment",
    "CommitmentText",
    "Completion",
    "Consent",
    "ConsentNotice",
    "CountClaim",
    "CountEntry",
    "CounterEntry",
    "Course",
    "DailyBreakdown",
    "DailyTotal",
    "Device",
    "Direction",
    "District",
    "DocumentKind",
    "EducationLevel",
    "Enrolment",
    "EnrolmentDraft",
    "Evidence",
    "GroupBooking",
    "HeadCount",
    "Holiday",
    "IdempotentAnswer",
    "IdentityDocument",
    "Institution",
    "InstitutionEvent",
    "InstitutionKind",
    "Learner",
    "LearnerCategory",
    "LedgerSeal",
    "Lesson",
    "Line",
    "MergeProposal",
    "MonthClose",
    "NumberSeries",
    "Occupation",
    "OpeningBatch",
    "OpeningPapers",
    "OutboxMessage",
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
    "RegisteredTrade",
    "RegisteredTrainer",
    "Registration",
    "Reveal",
    "ReviewEscalation",
    "Revocation",
    "Room",
    "RosterImport",
    "RosterRow",
    "Sample",
    "SampleLine",
    "SavedView",
    "ScoreSheet",
    "Selection",
    "SelectionLine",
    "SizeOverride",
    "SkillLevel",
    "Target",
    "TrainingBase",
    "TrainingClass",
    "TrainingNeed",
    "Unit",
    "User",
    "Venue",
    "YearClose",
]
