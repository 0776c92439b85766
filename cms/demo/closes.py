"""What the bureau has closed, looked at again and recorded: three months by two people, one of them changed since."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

from openpyxl import Workbook

from courses import certificates, exports, tally
from courses.completion import revoking, sampling
from courses.models import Certificate, CountEntry, ExternalCertificate, User
from courses.policy import CITY_TIME, local_date

# The month before this one is left for the visitor to close.
MONTHS, OPEN_MONTHS = 3, 1
CLOSED_ON = 15
CHANGED = "抽查时本人说没有参加，签到由他人代签，已核实。"
ISSUER = "烟台市职业技能评价中心（示例）"
OWN_FORM = "市局月报表"
CELLS = (
    ("月报", "B2", "skills.month"),
    ("月报", "C2", "skills.verified"),
    ("月报", "B3", "entrepreneurship.month"),
    ("月报", "C3", "entrepreneurship.verified"),
)


def close_months(*, staff: dict[str, User], now: datetime) -> None:
    """Each a fortnight after its end, by the two of the city who are behind the demo door."""
    months = _months(local_date(now))
    for first in months:
        at = datetime.combine(_after(first).replace(day=CLOSED_ON), time(10), tzinfo=CITY_TIME)
        close = tally.propose_close(by=staff["demo-city"], year=first.year, month=first.month, now=at)
        tally.confirm_close(by=staff["demo-city-2"], close=close, seen=close.root, now=at + timedelta(hours=1))
    counted = CountEntry.objects.filter(completion__isnull=False, counted_on__gte=months[0])
    ours = counted.exclude(completion__enrolment__learner__user__username__startswith="demo-")
    settled = ours.filter(counted_on__lt=_after(months[-1])).select_related("completion").order_by("-counted_on")
    _change(settled[0], by=staff["bureau-16"], now=now)
    last = settled[0].counted_on
    sampling.draw(by=staff["demo-city"], year=last.year, month=last.month, district=None, now=now)
    _record_other(settled[1], now=now)
    _own_form(by=staff["demo-city"], now=now)


def _months(today: date) -> list[date]:
    """The first days of the months to close, the earliest first."""
    found = [today.replace(day=1)]
    while len(found) <= MONTHS + OPEN_MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[:OPEN_MONTHS:-1]


def _after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _change(entry: CountEntry, *, by: User, now: datetime) -> None:
    """One that counted in a closed month is taken back: its line is an adjustment with a reason."""
    done = entry.completion
    assert done is not None
    assert done.approved_by is not None
    asked = revoking.propose_revocation(
        by=done.approved_by, completion=done, reason=CHANGED, now=now - timedelta(minutes=20)
    )
    revoking.confirm_revocation(by=by, revocation=asked, now=now)


def _record_other(entry: CountEntry, *, now: datetime) -> None:
    """The institution that gave ours shows what an assessment centre gave beside it."""
    assert entry.completion is not None
    ours = Certificate.objects.select_related("issued_by").get(completion=entry.completion)
    own = entry.completion.enrolment.training_class
    certificates.record(
        by=ours.issued_by,
        completion=entry.completion,
        kind=ExternalCertificate.Kind.LEVEL,
        number=f"S0000370600{own.ends_on:%y%m}000017",
        level=own.level,
        issued_on=own.ends_on + timedelta(days=10),
        issuer=ISSUER,
        now=now,
    )


def _own_form(*, by: User, now: datetime) -> None:
    book, file = Workbook(), BytesIO()
    sheet = book.create_sheet(CELLS[0][0], 0)
    for row in (("项目", "本月人次", "本年累计"), ("职业技能", None, None), ("创业", None, None)):
        sheet.append(row)
    book.save(file)
    form = exports.upload(by=by, name=OWN_FORM, content=file.getvalue(), now=now)
    exports.set_cells(by=by, form=form, cells=CELLS, seen=1, now=now)
