"""What goes over the wire, with an example of each."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

# Every text that comes in: no control characters, which no name holds and PostgreSQL would not store.
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"


Text = Annotated[str, StringConstraints(pattern=PRINTABLE)]


def example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Problem(Schema):
    """Every refusal: a code from a closed list, and a sentence for a person."""

    model_config = example(code="not_open", sentence="这个班还没有开始报名，未保存。请看看其他班次。")
    code: str
    sentence: str


class FieldProblem(Schema):
    field: str
    problem: str


class NotValid(Problem):
    """A refusal that may name fields; the value that was sent is never repeated."""

    model_config = example(
        code="not_valid",
        sentence="内容不合要求，未处理。请按字段提示修改。",
        fields=[{"field": "body.payload.name", "problem": "string_too_short"}],
    )
    fields: list[FieldProblem] = []


class LineFigures(Schema):
    line: str = Field(..., description="skills or entrepreneurship")
    target: int | None = Field(..., description="人次")
    verified: int = Field(..., description="已核人次")
    people: int = Field(..., description="人, distinct persons")
    expected_today: int | None = Field(..., description="人次 that the straight pace asks by the day")


class DistrictFigures(Schema):
    district: str
    name: str
    line: str
    target: int | None
    verified: int
    state: str = Field(..., description="ok, slow or late")
    pending: int | None = Field(..., description="Completions of the line on their way here; null for a past day")


class SliceOut(Schema):
    value: str = Field(..., description="The key that the ledger keeps; empty where nothing was told")
    label: str
    skills: int = Field(..., description="已核人次")
    entrepreneurship: int = Field(..., description="已核人次")


class BreakdownOut(Schema):
    model_config = example(
        year=2026,
        by="age_band",
        slices=[{"value": "31-40", "label": "31-40", "skills": 7105, "entrepreneurship": 2214}],
    )
    year: int
    by: str
    slices: list[SliceOut]


class IntegrityOut(Schema):
    checked_at: datetime | None
    differences: int | None = Field(..., description="0 is clean; above 0 the figures must not be quoted; null: never")


class StageFigures(Schema):
    line: str
    enrolled: int
    in_training: int
    pending: int
    rejected: int
    certified: int


class TallyOut(Schema):
    model_config = example(
        year=2026,
        as_of="2026-09-14",
        enrolled=812,
        in_training=1406,
        pending=233,
        certified=19120,
        integrity={"checked_at": "2026-09-14T02:00:11+08:00", "differences": 0},
        lines=[
            {"line": "skills", "target": 30000, "verified": 21408, "people": 19876, "expected_today": 21123},
            {"line": "entrepreneurship", "target": 10000, "verified": 6630, "people": 6571, "expected_today": 7041},
        ],
        districts=[
            {
                "district": "zhifu",
                "name": "芝罘区",
                "line": "skills",
                "target": 4200,
                "verified": 3105,
                "state": "ok",
                "pending": 41,
            }
        ],
        rejected=12,
        stages=[
            {"line": "skills", "enrolled": 610, "in_training": 1102, "pending": 180, "rejected": 9, "certified": 14690}
        ],
    )
    year: int
    as_of: date
    enrolled: int | None = Field(
        ..., description="Seats of classes to begin that end in the year, no completion on its way; null for a past day"
    )
    in_training: int | None = Field(
        ..., description="Seats of classes that run and end in the year, no completion on its way; null likewise"
    )
    pending: int | None = Field(..., description="completions of these classes proposed or submitted, not yet approved")
    certified: int | None = Field(..., description="approved completions of these classes whose certificate stands")
    rejected: int | None = Field(..., description="completions of these classes sent back or revoked")
    stages: list[StageFigures] = Field(
        ..., description="The same figures of now by line; `own` are kinds beside the targets; empty for a past day"
    )
    integrity: IntegrityOut
    lines: list[LineFigures]
    districts: list[DistrictFigures]


CLASS = {
    "number": "02F20260031",
    "course": "中式烹调师（四级）",
    "district": "zhifu",
    "institution": "J001",
    "status": "enrolling",
    "starts_on": "2026-09-15",
    "ends_on": "2026-09-30",
    "seats": 30,
    "taken": 24,
    "waiting": 0,
}


class ClassOut(Schema):
    model_config = example(**CLASS)
    number: str
    course: str
    district: str
    institution: str
    status: str
    starts_on: date
    ends_on: date
    seats: int
    taken: int
    waiting: int


class ClassPage(Schema):
    model_config = example(count=1, items=[CLASS])
    count: int
    items: list[ClassOut]


class AttendanceOut(Schema):
    """One learner at one lesson; names are masked, the learner's number is the public one."""

    model_config = example(
        lesson=1,
        learner="X4K7M2Q9WA",
        name="王*强",
        status="present",
        in_at="2026-09-15T01:02:10Z",
        out_at="2026-09-15T04:00:31Z",
        minutes=180,
    )
    lesson: int
    learner: str
    name: str
    status: str
    in_at: datetime | None
    out_at: datetime | None
    minutes: int


class ApplicationIn(Schema):
    """Exactly these fields; another one is refused, so that nobody believes it was taken."""

    model_config = example(
        name="王小强",
        document_kind="resident",
        document_number="370699199001010016",
        phone="19900000001",
        education="31",
        category="rural",
        district="zhifu",
        consent=True,
    ) | ConfigDict(extra="forbid")
    name: Text = Field(..., min_length=1, max_length=60)
    document_kind: Text = Field(..., max_length=40)
    document_number: Text = Field(..., max_length=32)
    phone: Text = Field(..., max_length=24)
    education: Text | None = Field(None, max_length=40)
    category: Text | None = Field(None, max_length=40)
    district: Text | None = Field(None, max_length=40)
    consent: bool = Field(..., description="The learner has read both notices and agreed to each")


class ReceiptIn(Schema):
    model_config = example(receipt="sms-20260914-000123", arrived=True) | ConfigDict(extra="forbid")
    receipt: Text = Field(..., min_length=1, max_length=80, description="As the gateway answered when it took it")
    arrived: bool = Field(..., description="False: it did not reach the phone and will not")


class ReceiptOut(Schema):
    model_config = example(receipt="sms-20260914-000123", arrived=True)
    receipt: str
    arrived: bool


class ApplicationOut(Schema):
    model_config = example(number="B7K3M9QW2AA", status="admitted", arrival_no=12)
    number: str
    status: str
    arrival_no: int


class ScanIn(Schema):
    """A scan of a registered scanner. The server's time counts; the scanner's own is kept beside it."""

    model_config = example(code="K3M7Q2W9XA0123456789", scanned_at="2026-09-15T08:58:02+08:00") | ConfigDict(
        extra="forbid"
    )
    code: Text = Field(..., min_length=1, max_length=200, description="As read from the phone or the card")
    direction: Literal["in", "out"] | None = Field(None, description="Without it the time of the lesson decides")
    scanned_at: datetime | None = Field(None, description="By the scanner's clock")


class ScanOut(Schema):
    """`standing`: counts, awaits (the trainer has to look), away (marked absent or on leave by hand: counts nothing),
    denied or undone. The name is masked."""

    model_config = example(
        receipt="R8K2M4Q9WAXT",
        standing="counts",
        again=False,
        name="王*强",
        class_number="ZF-2026-SKILL-00012",
        lesson=3,
        direction="in",
        happened_at="2026-09-15T00:58:02Z",
    )
    receipt: str
    standing: str
    again: bool = Field(..., description="It had been recorded before; this is the first receipt")
    name: str
    class_number: str
    lesson: int
    direction: str
    happened_at: datetime
