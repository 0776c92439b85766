"""What waits in the classes of a busy bureau, of every kind that the desk's queue knows: an officer's 待我办 is long."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from courses.models import (
    CallBack,
    CallBackLine,
    CertificateWithdrawal,
    ChangeRequest,
    Dispute,
    Enrolment,
    Evidence,
    FollowUp,
    GroupBooking,
    LeaveLesson,
    LeaveRequest,
    Lesson,
    MakeUp,
    OutboxMessage,
    PaperEntry,
    PaperSheet,
    Pitch,
    Revocation,
    Score,
    ScoreSheet,
    Selection,
    TrainingClass,
    TransferRequest,
    Undercut,
    Work,
)
from courses.people.numbers import fresh
from tests.drill.city import City, many

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Of forty learners of a class that waits in this way.
FEW, SOME = 3, 10


def fill(city: City) -> None:
    _seats(city)
    _papers(city)
    _presence(city)
    _camps(city)
    _seconds(city)
    _afterwards(city)


def _of(city: City, step: str) -> Iterator[tuple[TrainingClass, list[Enrolment], list[Lesson]]]:
    """The classes at one step, each with its roster and lessons."""
    for row in city.at(step):
        yield row, city.rosters[row.pk], city.lessons[row.pk]


def _since(city: City, place: int) -> datetime:
    """Days apart, as things come in."""
    return city.now - timedelta(hours=1 + place * 7 % 200)


def _seats(city: City) -> None:
    """Wishes to change class, bookings without a list, and what reached nobody."""
    queued = city.at("queue")
    many(
        TransferRequest(enrolment=seat, to=queued[place - 1], reason="上夜班", asked_at=_since(city, place))
        for place, row in enumerate(queued)
        for seat in city.rosters[row.pk][:FEW]
        if queued[place - 1] != row
    )
    many(
        GroupBooking(
            number=fresh(prefix="T"),
            training_class=row,
            employer="渤海船厂",
            credit_code=f"91370600MA{place:08d}",
            contact="刘师傅",
            phone_digest="0" * 64,
            seats=2,
            by=city.staff["submits"],
            created_at=_since(city, place),
        )
        for place, row in enumerate(queued)
    )
    many(_messages(city))


def _messages(city: City) -> Iterator[OutboxMessage]:
    """Each learner of a class that enrols was told; some have no login and no phone, and some carriers gave up."""
    of, on = OutboxMessage.Status, OutboxMessage.Channel
    for row in city.at("applications", "queue", "lessons"):
        for place, seat in enumerate(city.rosters[row.pk]):
            failed = place % 8 == 0
            yield OutboxMessage(
                kind="admitted",
                channel=on.SITE if place < FEW else on.SMS,
                learner=seat.learner,
                training_class=row,
                status=of.FAILED if failed else of.SENT,
                last_error="gateway" if failed else "",
                due_at=_since(city, place),
                sent_at=None if failed else city.now,
                created_at=_since(city, place),
            )


def _papers(city: City) -> None:
    """Signed sheets that one person entered."""
    sheets = [
        PaperSheet(
            number=fresh(prefix="Q"),
            form=PaperSheet.Form.SIGN_IN,
            training_class=row,
            lesson=lesson,
            starts_at=lesson.starts_at,
            ends_at=lesson.ends_at,
            printed_by=city.staff["submits"],
            printed_at=lesson.starts_at - HOUR,
        )
        for row, _roster, lessons in _of(city, "paper")
        for lesson in lessons
    ]
    many(
        PaperEntry(
            number=fresh(prefix="L"), sheet=sheet, entered_by=city.staff["submits"], entered_at=_since(city, place)
        )
        for place, sheet in enumerate(many(sheets))
    )


def _presence(city: City) -> None:
    """Changes, leave, disputes, guests, and registers from elsewhere."""
    by = city.staff["submits"]
    requests, disputes, covers = [], [], []
    for row, roster, lessons in _of(city, "lessons"):
        first, second = lessons
        requests.append(_change(row, second, city))
        for place, seat in enumerate(roster[:SOME]):
            leave = LeaveRequest(
                code=fresh(prefix="", length=26),
                enrolment=seat,
                kind="leave",
                reason="家里有事",
                asked_at=_since(city, place),
            )
            covers.append(LeaveLesson(request=leave, enrolment=seat, lesson=second))
        for place, seat in enumerate(roster[SOME : 2 * SOME]):
            disputes.append(_dispute(seat, first, place, city))
    many(requests)
    many([cover.request for cover in covers])
    many(covers)
    many(disputes)
    many(_scans(city))
    many(
        Evidence(**_fact(seat, lessons[1], city), kind="import", strength="awaiting", origin="file", by=by, reason="x")
        for _row, roster, lessons in _of(city, "paper")
        for seat in roster
    )
    papers, elsewhere = list(_of(city, "paper")), list(_of(city, "lessons"))
    many(
        _guest(seat, here[2][0], there[2][0], place, city)
        for here, there in zip(papers, elsewhere, strict=False)
        for place, seat in enumerate(here[1][:SOME])
    )


def _scans(city: City) -> Iterator[Evidence]:
    """By which each has attended who did."""
    for row in city.at("", "seconds", "lessons", "paper", "completion_review", "completion_submit"):
        for seat in city.rosters[row.pk]:
            first = city.lessons[row.pk][0]
            yield Evidence(**_fact(seat, first, city), kind="wall", strength="proved", origin="wall")


def _fact(seat: Enrolment, lesson: Lesson, city: City) -> dict[str, Any]:
    return {
        "receipt": fresh(prefix="", length=16),
        "lesson": lesson,
        "learner_id": seat.learner_id,
        "enrolment": seat,
        "direction": "in",
        "happened_at": lesson.starts_at,
        "received_at": city.now - HOUR,
    }


def _change(row: TrainingClass, lesson: Lesson, city: City) -> ChangeRequest:
    number = fresh(prefix="G")
    return ChangeRequest(
        number=number,
        bundle=number,
        training_class=row,
        lesson=lesson,
        was_starts_at=lesson.starts_at,
        was_ends_at=lesson.ends_at,
        starts_at=lesson.starts_at + DAY,
        ends_at=lesson.ends_at + DAY,
        reason="教室停电",
        asked_by=city.staff["submits"],
        asked_at=_since(city, row.pk),
    )


def _dispute(seat: Enrolment, lesson: Lesson, place: int, city: City) -> Dispute:
    answered = place % 2 == 0
    said = {"status": "answered", "supported": True, "answered_by": city.staff["proposes"], "answered_at": city.now}
    return Dispute(
        code=fresh(prefix="", length=26),
        enrolment=seat,
        lesson=lesson,
        was_status="absent",
        text="我到了",
        raised_at=_since(city, place),
        decide_from=city.now - HOUR if answered else city.now + DAY,
        **(said if answered else {}),
    )


def _guest(seat: Enrolment, missed: Lesson, heard: Lesson, place: int, city: City) -> MakeUp:
    seen = {
        "status": "witnessed",
        "came_at": heard.starts_at,
        "left_at": heard.ends_at,
        "witnessed_by": city.staff["proposes"],
        "witnessed_at": heard.ends_at,
    }
    return MakeUp(
        code=fresh(prefix="", length=26),
        enrolment=seat,
        missed=missed,
        heard=heard,
        asked_at=_since(city, place),
        **(seen if place % 2 else {}),
    )


def _camps(city: City) -> None:
    """Project papers with one sheet each; results that one person has put forward."""
    camps = [*_of(city, "camp"), *_of(city, "camp_result")]
    # None of those whose lists are looked at: who took papers down scores none of them.
    taken_by = city.staff["trainer"]
    many(
        Pitch(enrolment=seat, version=1, title="海产加工", summary="预制菜", jobs=6, by=taken_by, at=city.now)
        for _row, roster, _lessons in camps
        for seat in roster
    )
    many(
        ScoreSheet(
            enrolment=seat,
            reviewer=city.staff[who],
            slot=slot,
            scores={"venture": 8},
            points=8000 + place,
            at=city.now - HOUR,
        )
        for row, roster, _lessons in camps
        for place, seat in enumerate(roster)
        for slot, who in enumerate(("proposes", "submits") if row.waiting or place % 2 else ("proposes",), start=1)
    )
    many(
        Selection(
            number=fresh(prefix="S"),
            training_class=row,
            status=Selection.Status.PROPOSED,
            proposed_by=city.staff["approves"],
            proposed_at=_since(city, place),
        )
        for place, row in enumerate(city.at("camp_result"))
    )


def _seconds(city: City) -> None:
    """Works to judge, and what one person has begun about a score, a completion or a certificate."""
    by, found = city.staff["proposes"], list(_of(city, "seconds"))
    many(
        Work(
            code=fresh(prefix="", length=26),
            enrolment=seat,
            part=Work.Part.LINK,
            version=1,
            link="https://shop.example/1",
            by=by,
            at=_since(city, place),
            institution_id=row.institution_id,
        )
        for row, roster, _lessons in found
        for place, seat in enumerate(roster[:SOME])
    )
    many(
        Score(
            enrolment=seat,
            part=Score.Part.THEORY,
            version=1,
            points=800,
            status=Score.Status.ASKED,
            reason="登错了",
            by=by,
            at=_since(city, place),
        )
        for _row, roster, _lessons in found
        for place, seat in enumerate(roster[:FEW])
    )
    _taken_back(city, found)


def _taken_back(city: City, found: list[Any]) -> None:
    by = city.staff["proposes"]
    done = [(place, each) for row, *_rest in found for place, each in enumerate(city.completions[row.pk])]
    many(
        Undercut(
            number=fresh(prefix="U"),
            completion=each,
            approved_by_id=each.approved_by_id,
            lost=[],
            rows=[],
            found_at=_since(city, place),
        )
        for place, each in done
        if place < FEW
    )
    many(
        Revocation(
            number=fresh(prefix="R"),
            completion=each,
            reason="冒名",
            proposed_by=by,
            proposed_at=_since(city, place),
        )
        for place, each in done
        if FEW <= place < 2 * FEW
    )
    many(
        CertificateWithdrawal(
            certificate=each.certificates.get(), kind="replace", reason="姓名有误", asked_by=by, asked_at=city.now - DAY
        )
        for place, each in done
        if 2 * FEW <= place < 3 * FEW
    )


def _afterwards(city: City) -> None:
    """Learners drawn to be called, and those who completed to be asked."""
    found = list(_of(city, "afterwards"))
    drawn = many(
        CallBack(
            number=fresh(prefix="H"),
            training_class=row,
            seed="0",
            population=len(roster),
            population_hash="0",
            drawn_at=_since(city, place),
        )
        for place, (row, roster, _lessons) in enumerate(found)
    )
    many(
        CallBackLine(code=fresh(prefix="", length=26), call_back=call, place=place, enrolment=seat)
        for call in drawn
        for place, seat in enumerate(city.rosters[call.training_class_id][:SOME], start=1)
    )
    many(
        FollowUp(
            code=fresh(prefix="", length=26),
            completion=done,
            months=3,
            opens_at=city.now - DAY,
            closes_at=city.now + 30 * DAY,
            planned_at=city.now - DAY,
        )
        for row, *_rest in found
        for done in city.completions[row.pk]
    )
