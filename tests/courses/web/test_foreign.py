"""Every address that names something × every role × GET and POST, asked for what belongs to another institution: it is
not found, and nothing of it stands in any byte that is sent. Generated from the URL configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from pytest_django import Settings

from courses import (
    access,
    classes,
    enrolment,
    erasure,
    exports,
    groups,
    merging,
    rosters,
    rulebook,
    saved_views,
    supervision,
)
from courses.attendance import leave, paper
from courses.attendance.codes import lesson_name
from courses.attendance.paper import Signed
from courses.classes import paper_files
from courses.completion import batches, revoking, sampling
from courses.enrolment import Told
from courses.models import (
    Completion,
    CountEntry,
    Dispute,
    DocumentKind,
    Enrolment,
    ExternalCertificate,
    FollowUp,
    Institution,
    Learner,
    LearnerCategory,
    Lesson,
    MakeUp,
    Post,
    RoomCount,
    SavedView,
    Signal,
    StaffRequest,
    SuppliedGlyph,
    TrainingClass,
    Undercut,
    User,
    Work,
)
from courses.people import cards, clients, corrections, devices, proofs
from courses.people.clients import Scope
from tests import lasting
from tests.architecture.routes import Route, routes
from tests.courses.rosters.conftest import in_folder
from tests.factories import cards as shown_cards
from tests.factories import catalogue, papers, people, sheets
from tests.factories import groups as bookings
from tests.factories.certificates import issued
from tests.factories.classes import enrolled, first_lesson, training_class
from tests.factories.completion import counted, submitted
from tests.factories.selection import camp, candidate

pytestmark = pytest.mark.django_db
Role = Post.Role
MONTH = timedelta(days=30)
SHOP = "https://jinsique.example.com/"
PAPER = "Y003706054321"
NAME, EMPLOYER, CONTACT, REASON = "金丝雀甲", "金丝雀船务有限公司", "金丝雀主任", "金丝雀要出海"
# What may be shown to everybody: a class that enrols, the public directory, the list of one's own links.
OPEN_TO_ALL = {"enrol_start", "enrol_proof", "enrol_step"}
# Asked for what everybody at the desk may see, and what a printed sheet was exported as; what stands on these pages is
# looked at for canaries all the same.
OF_THE_CITY = {"desk_base", "desk_need", "desk_export_checked"}
# Of a close a district reads its own part; what stands on that page is looked at for canaries all the same.
OF_ONES_DISTRICT = {"desk_year_close", "desk_close"}
# Its files hold the whole city, and an institution has no part of it: both are led to the figures that are theirs.
LED_TO_THE_TALLY = {"desk_year_close", "desk_close", "desk_year_close_file", "desk_close_file"}
# The paper of a certificate is drawn by a task of its own.
LATER_DRAWN = {"my_certificate_paper"}
SHUT = {302, 403, 404, 405}
NAMED = [route for route in routes() if not route.plain and route.declared is None and route.name not in OPEN_TO_ALL]
PLAIN = [route for route in routes() if route.plain and route.declared is None and route.name != "account_logout"]


@dataclass(frozen=True)
class World:
    """One institution with one of everything; strangers by role; what must not leave it."""

    names: dict[str, str]
    owner: User
    strangers: dict[str, User | None]
    canaries: frozenset[str]
    other: Institution


@pytest.fixture(autouse=True)
def _clock(now: datetime, settings: Settings) -> Iterator[None]:
    """The cast is past its second factor, which has tests of its own."""
    settings.ENFORCE_SECOND_FACTOR = False
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture(scope="module")
def world(now: datetime, _files_of_the_world: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with lasting.planted(django_db_blocker, partial(_world, now), at=now) as world:
        yield world


@pytest.fixture(scope="module")
def _files_of_the_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with override_settings(STORAGES=in_folder(tmp_path_factory.mktemp("private"))):
        yield


def _world(now: datetime) -> World:
    before = now - timedelta(days=30)
    sheets.lists()
    school, other = catalogue.institution(), catalogue.institution("J002", "莱山学校", catalogue.district("laishan"))
    owner = people.staff(role=Role.INSTITUTION, now=before, institution=school)
    who = people.learner(now=now, name=NAME)
    made = training_class(now=now, institution=school, first=now + timedelta(days=9), seats=20)
    own = enrolled(training_class=made, now=now, learner=who)
    entry, _after = counted(now=before, learner=people.learner(now=before, name=NAME + "乙"))
    booking = bookings.booking(training_class=made, now=now, seats=2, by=owner, name=EMPLOYER, contact=CONTACT)
    bookings.listed(booking=booking, now=now)
    roster = rosters.receive(
        content=sheets.xlsx([sheets.person(70, name=NAME)]), file_name="名单.xlsx", training_class=made,
        consent=True, by=owner, now=now,
    )  # fmt: skip
    groups.confirm(booking=booking, by=owner, now=now)
    names = {
        **_seat(own, owner, now),
        **_desk(made, owner, now),
        "roster": roster.number,
        "group": booking.number,
        "member": booking.enrolments.order_by("pk")[0].number,
        "completion": entry.completion.number,  # type: ignore[union-attr]
        "entry": entry.code,
        "learner": who.number,
        "institution": school.number,
        **_staff(owner, school, now),
        "base": "SX01",
        "project": "XM-1",
        "need": "XQ-1",
        **_camp(school, now),
        **_claims(own, now),
        **_decisions(who, entry, school, now),
    }
    document = who.documents.get().number
    canaries = {NAME, EMPLOYER, CONTACT, REASON, document, who.phone, own.number, booking.number}
    canaries |= {names["certificate"], names["revocation"], names["batch"], names["leave"], names["dispute"]}
    canaries |= {names["work"], names["undercut"], names["check"], names["card"], SHOP, PAPER}
    canaries |= {names["opening_file"]}
    return World(names, owner, _strangers(other, before), frozenset(canaries), other)


def _staff(owner: User, school: Institution, now: datetime) -> dict[str, str]:
    """A colleague with a post here, and one who is to get one."""
    colleague = people.staff(role=Role.INSTITUTION, now=now - MONTH, institution=school, name=NAME)
    asked = StaffRequest.objects.create(
        number="G0000000001", kind="post", username="canary", name=NAME, role=Role.INSTITUTION, institution=school,
        asked_by=owner, asked_at=now,
    )  # fmt: skip
    return {"post": str(colleague.posts.get().key), "staff_request": asked.number}


def _seat(own: Enrolment, owner: User, now: datetime) -> dict[str, str]:
    """Whatever hangs on one learner's enrolment."""
    category = LearnerCategory.objects.create(key="veteran", name="退役军人", name_en="Veteran", proof="退役证")
    Enrolment.objects.filter(pk=own.pk).update(category=category)
    proof = proofs.hand_in(learner=own.learner, category=category, content=ContentFile(papers.pdf()), by=owner, now=now)
    device = devices.bind(learner=own.learner, label="手机", now=now)
    cards.issue(learner=own.learner, by=owner, now=now)
    there = training_class(
        now=now, institution=own.training_class.institution, course=own.training_class.course,
        first=now + timedelta(days=40),
    )  # fmt: skip
    assert own.learner.user is not None
    enrolment.ask_for_transfer(enrolment=own, to=there, reason=REASON, by=own.learner.user, now=now)
    return {"enrolment": own.number, "proof": proof.code, "device": str(device.code)}


def _desk(made: Any, owner: User, now: datetime) -> dict[str, str]:
    """Whatever staff keep beside a class."""
    told = Told("resident", people.resident_number(), NAME, "unemp", "71", "zhifu", consent=True)
    entry = enrolment.begin(told=told, training_class=made, by=owner, now=now)
    view = saved_views.keep(by=owner, listing=SavedView.Listing.CLASSES, label=NAME, query="q=x", now=now)
    lesson = Lesson.objects.select_related("training_class").filter(training_class=made)[0]
    request = classes.ask_change(
        by=owner, lesson=lesson, starts_at=lesson.starts_at + timedelta(hours=3),
        ends_at=lesson.ends_at + timedelta(hours=3), room=lesson.room, trainer=None, reason=REASON, now=now,
    )  # fmt: skip
    return {
        "class": made.number,
        "counter": entry.number,
        "view": str(view.key),
        "lesson": lesson_name(lesson),
        "change": request.number,
        "opening_file": _attached(made, owner, now),
        **_files(owner, now),
    }


def _attached(made: TrainingClass, owner: User, now: datetime) -> str:
    """What its institution filed with a class while it was a draft."""
    row = TrainingClass.objects.filter(pk=made.pk)
    row.update(status=TrainingClass.Status.DRAFT)
    file = paper_files.attach(by=owner, training_class=made, paper="plan", content=ContentFile(papers.pdf()), now=now)
    row.update(status=made.status)
    return file.code


def _files(owner: User, now: datetime) -> dict[str, str]:
    """An export that is being made, and one that is made every month."""
    city = people.staff(role=Role.CITY, now=now, username="bookkeeper")
    own_form = exports.upload(by=city, name=NAME, content=sheets.xlsx([]), now=now)
    wanted = exports.Wanted("f", "xlsx", {"year": now.year}, purpose=REASON)
    schedule = exports.plan(by=owner, form="f", kind="xlsx", district="", day=5, now=now)
    rule = rulebook.propose_policy(
        by=city, effective_on=now.date() + MONTH, values={"pass_mark": 70}, reason=REASON, source="文件", now=now
    )
    return {
        "export": exports.take(by=owner, wanted=wanted, now=now).export.number,
        "plan": schedule.number,
        "rule": rule.number,
        "own": own_form.number,
    }


def _camp(school: Institution, now: datetime) -> dict[str, str]:
    held = camp(now=now, institution=school)
    row = candidate(camp=held, now=now, name=NAME)
    return {"camp": held.number, "candidate": row.number}


def _claims(own: Enrolment, now: datetime) -> dict[str, str]:
    """Whatever is said of one learner's lessons."""
    lesson = first_lesson(own.training_class)
    asked = leave.ask(enrolment=own, lessons=[lesson], kind="sick", reason=REASON, content=None, by=None, now=now)
    dispute = Dispute.objects.create(
        code="D" * 26, enrolment=own, lesson=lesson, was_status="absent", text=REASON, raised_at=now, decide_from=now
    )
    sum_ = {"counted": 3, "register": 5, "awaiting": 0, "difference": -2, "from": 2}
    signal = Signal.objects.create(
        code="S00000000001", lesson=lesson, kind=Signal.Kind.HEADS, figures=sum_, rows=[], at=now
    )
    make_up = MakeUp.objects.create(code="M" * 26, enrolment=own, missed=lesson, heard=lesson, asked_at=now)
    return {
        **_paper(own, lesson, now),
        "make_up": make_up.code,
        "leave": asked.code,
        "work": _work(own, now),
        "dispute": dispute.code,
        "signal": signal.code,
        **_inspected(own, lesson, now),
    }


def _inspected(own: Enrolment, lesson: Lesson, now: datetime) -> dict[str, str]:
    """What was found in a room, and the card that came of it."""
    by = people.user()
    RoomCount.objects.create(lesson=lesson, counted=1, register_here=2, register_awaiting=0, due=2, by=by, at=now)
    inspected = supervision.Inspected("mend", [own.number], found=REASON)
    check = supervision.record_check(by=by, lesson=lesson, inspected=inspected, now=now)
    card = shown_cards.shown(training_class=own.training_class, on=now.date(), now=now, room_check=check)
    return {"check": check.number, "card": card.number}


def _paper(own: Enrolment, lesson: Lesson, now: datetime) -> dict[str, str]:
    """A sheet of a lesson that was, with what somebody entered from it and its picture."""
    officer = people.user()
    Lesson.objects.filter(pk=lesson.pk).update(starts_at=now - timedelta(hours=4), ends_at=now - timedelta(hours=1))
    held = Lesson.objects.select_related("training_class").get(pk=lesson.pk)
    Enrolment.objects.filter(pk=own.pk).update(admitted_at=now - timedelta(days=1))
    sheet = paper.print_sign_in(by=officer, lesson=held, now=now)
    entry = paper.enter(
        by=officer, sheet=sheet, signed=[Signed(1, came=True, left=True)],
        photos=[ContentFile(papers.pdf())], why="", now=now,
    )  # fmt: skip
    return {"sheet": sheet.number, "paper_entry": entry.number, "photo": entry.photos.get().code}


def _work(own: Enrolment, now: datetime) -> str:
    assert own.learner.user is not None
    made = Work.objects.create(
        code="K" * 26, enrolment=own, part=Work.Part.LINK, version=1, link=SHOP, by=own.learner.user, at=now,
        institution=own.training_class.institution,
    )  # fmt: skip
    return made.code


def _decisions(who: Learner, entry: CountEntry, school: Institution, now: datetime) -> dict[str, str]:
    """Whatever the authorities decide on; a sample and a merge are the city's alone."""
    officer = people.user()
    later = training_class(now=now, institution=school, first=now + timedelta(days=60))
    certificate = issued(now=now, learner=who, a_class=later)
    revocation = revoking.propose_revocation(by=officer, completion=certificate.completion, reason=REASON, now=now)
    before = now - timedelta(days=30)
    waiting, _after = submitted(now=before, learner=people.learner(now=before, name=NAME), institution=school)
    sample = sampling.draw(by=officer, year=entry.year, month=entry.month, district=None, now=now)
    twin = people.learner(now=now, name=NAME)
    leaves = people.learner(now=now, name=NAME)
    return {
        "certificate": certificate.number,
        "external": _external(certificate.completion, officer, now),
        "erasure": erasure.ask_at_counter(learner=leaves, by=officer, note=REASON, now=now).number,
        "revocation": revocation.number,
        "undercut": Undercut.objects.create(
            number="Y00000000001",
            completion=certificate.completion,
            approved_by=certificate.completion.approved_by,
            lost=[],
            rows=[],
            found_at=now,
        ).number,
        "call_back": _called(later, now),
        "follow_up": FollowUp.objects.create(
            code="F" * 26,
            completion=certificate.completion,
            months=3,
            opens_at=before,
            closes_at=now + MONTH,
            planned_at=before,
        ).code,
        "batch": batches.approve_later(by=officer, completions=[waiting], now=now).number,
        "sample": sample.number,
        "merge": merging.propose_merge(by=officer, kept=who, merged=twin, reason=REASON, now=now).number,
        "correction": corrections.ask_name(
            learner=who,
            name="张三丰",
            seen=DocumentKind.objects.get(key="resident"),
            reason=REASON,
            by=officer,
            now=now,
        ).number,
        "glyph": SuppliedGlyph.objects.create(
            number="BZ-1", character="\U0002b740", advance=1000, outline=[], file_hash="0" * 64, by=officer, at=now
        ).number,
    }


def _external(completion: Completion, by: User, now: datetime) -> str:
    made = ExternalCertificate.objects.create(
        code="W0000000001", completion=completion, kind=ExternalCertificate.Kind.LEVEL, number=PAPER,
        issued_on=now.date(), issuer="鉴定中心", by=by, at=now,
    )  # fmt: skip
    return made.code


def _called(later: TrainingClass, now: datetime) -> str:
    drawn = supervision.draw(training_class=later, now=now)
    assert drawn is not None
    return drawn.lines.get().code


def _strangers(other: Institution, since: datetime) -> dict[str, User | None]:
    return {
        "anonymous": None,
        "learner": people.learner(now=since, name="孙小海").user,
        Role.TRAINER: people.staff(role=Role.TRAINER, now=since, institution=other),
        Role.INSTITUTION: people.staff(role=Role.INSTITUTION, now=since, institution=other),
        Role.DISTRICT: people.staff(role=Role.DISTRICT, now=since, district=other.district),
        # Holds the post that judges works and examines classes; was given none, and is named for none.
        Role.EXPERT: people.staff(role=Role.EXPERT, now=since),
    }


# Which of the names stands at the first place of an address, by its beginning.
FIRST = {
    "/my/enrolment/": "enrolment",
    "/my/proof/": "proof",
    "/my/devices/": "device",
    "/my/leave/": "leave",
    "/my/makeup/": "make_up",
    "/my/dispute/": "dispute",
    "/my/certificate/": "certificate",
    "/teach/lesson/": "lesson",
    "/teach/class/": "class",
    "/desk/approve/batch/": "batch",
    "/desk/views/": "view",
    "/desk/class/": "class",
    "/desk/roster/": "roster",
    "/desk/export/": "export",
    "/desk/exports/plan/": "plan",
    "/desk/exports/check/": "export",
    "/desk/exports/own/": "own",
    # A form is everybody's; what it may be filled with is looked at where it is made.
    "/desk/exports/form/": "form",
    "/desk/group/": "group",
    "/desk/certificate/": "certificate",
    "/desk/external/": "external",
    "/desk/completion/": "completion",
    "/desk/revocation/": "revocation",
    "/desk/undercut/": "undercut",
    "/desk/sample/": "sample",
    "/desk/callback/": "call_back",
    "/desk/followup/": "follow_up",
    "/desk/selection/": "camp",
    "/desk/review/": "work",
    "/desk/examining/": "class",
    "/desk/entry/": "entry",
    "/desk/closes/": "year",
    "/desk/signal/": "signal",
    "/desk/check/": "check",
    "/desk/card/": "card",
    "/desk/lesson/": "lesson",
    "/desk/sheet/": "sheet",
    "/teach/sheet/": "sheet",
    "/S/": "sheet",
    "/s/": "sheet",
    "/desk/staff/request/": "staff_request",
    "/desk/staff/": "post",
    "/desk/merge/": "merge",
    "/desk/correction/": "correction",
    "/desk/glyph/": "glyph",
    "/desk/erasure/": "erasure",
    "/desk/rule/": "rule",
    "/desk/learners/": "learner",
    "/desk/institution/": "institution",
    "/desk/base/": "base",
    "/desk/project/": "project",
    "/desk/need/": "need",
}
# What stands at a later place: by the word before it, else by its own.
AFTER = {
    "makeup": "make_up",
    "entry": "paper_entry",
    "files": "opening_file",
    "photo": "photo",
    "leave": "leave",
    "dispute": "dispute",
    "signals": "signal",
    "member": "member",
    "work": "work",
    "open": "work",
    "judge": "work",
    "regrade": "work",
}
LATER = {
    "request_number": "change",
    "entry_number": "counter",
    "code": "proof",
    "photo_code": "photo",
    "receipt": "enrolment",
    "enrolment_number": "enrolment",
    "completion_number": "completion",
}
UNKNOWN = {
    "<uuid:key>": "00000000-0000-4000-8000-000000000000",
    "<int:year>": "2026",
    "<int:month>": "9",
    "<int:lesson>": "1",
    "<slug:kind>": "json",
}


def address_of(route: Route, names: dict[str, str]) -> str:
    """The address with the names of the other institution's things in it."""
    parts = route.address.split("/")
    first = next((key for start, key in FIRST.items() if route.address.startswith(start)), None)
    for place, part in enumerate(parts):
        if part.startswith("<"):
            parts[place] = names.get(first or _later(parts, place), UNKNOWN.get(part, "0000000000000000"))
            first = None
    return "/".join(parts)


def _later(parts: list[str], place: int) -> str:
    word = parts[place].strip("<>").partition(":")[2]
    if word == "enrolment_number" and parts[2] == "selection":
        return "candidate"
    return AFTER.get(parts[place - 1]) or LATER.get(word, "")


def browser(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def sent(answer: Any) -> str:
    body = b"".join(answer) if answer.streaming else answer.content
    return str(body.decode(errors="replace")) + str(answer.headers)


def test_nothing_of_another_institution_is_found_or_sent_whoever_asks_and_however(world: World) -> None:
    wrong: list[str] = []
    for role, user in world.strangers.items():
        client = browser(user)
        for route in NAMED:
            address = address_of(route, world.names)
            if "(" in address:
                continue
            for ask in (client.get, client.post):
                answer = ask(address)
                open_page = route.name in OF_THE_CITY or (role == Role.DISTRICT and route.name in OF_ONES_DISTRICT)
                shut = answer.status_code in SHUT or open_page or route.gate == "public"
                if not shut or answer.status_code >= 500:
                    wrong.append(f"{role} {ask.__name__} {address}: {answer.status_code}")
                if answer.status_code == 302 and user is not None and not _may_lead_on(route, answer):
                    wrong.append(f"{role} {ask.__name__} {address} leads to {answer.headers['Location']}")
                said = sent(answer).replace(address, "")
                wrong += [f"{role} {ask.__name__} {address} says {one}" for one in world.canaries if one in said]
    assert wrong == []


def _may_lead_on(route: Route, answer: Any) -> bool:
    to_the_tally = route.name in LED_TO_THE_TALLY and answer.headers["Location"] == "/desk/tally/"
    return route.gate == "public" or to_the_tally


def test_no_list_of_a_stranger_holds_a_row_of_another_institution(world: World) -> None:
    wrong: list[str] = []
    for role, user in world.strangers.items():
        client = browser(user)
        for route in PLAIN:
            said = sent(client.get(route.address))
            wrong += [f"{role} {route.address} says {one}" for one in world.canaries if one in said]
    assert wrong == []


def test_another_institutions_system_finds_nothing_either(world: World, now: datetime) -> None:
    _client, token = clients.issue(by=None, name="莱山", scopes=list(Scope), institution=world.other, now=now)
    headers = {"Authorization": f"Bearer {token}"}
    number = world.names["class"]
    for path, found in ((f"classes/{number}", 404), (f"classes/{number}/attendance", 404), ("classes", 200)):
        answer = Client().get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == found
        assert not [one for one in (*world.canaries, number) if one in sent(answer).replace(path, "")]
    body = {"name": "孙", "document_kind": "resident", "document_number": "1", "phone": "1", "consent": True}
    answer = Client().post(
        f"/api/v1/classes/{number}/applications",
        body,
        content_type="application/json",
        headers={**headers, "Idempotency-Key": "1"},
    )
    assert answer.status_code == 404


def test_its_own_people_find_what_the_others_do_not(world: World) -> None:
    """The same addresses, so that the proof above asks for things that are there."""
    client = browser(world.owner)
    lost = []
    for route in NAMED:
        address = address_of(route, world.names)
        run_by_the_owner = route.gate in {
            "see_desk",
            "run_classes",
            "book_groups",
            "enrol_at_counter",
            "follow_up",
            "appoint",
        }
        if (
            not run_by_the_owner
            or route.name in {"desk_project", "desk_class_approve", "desk_correction"} | OF_THE_CITY
        ):
            continue
        answer = client.get(address)
        if answer.status_code not in {200, 302, 405}:
            lost.append(f"{address}: {answer.status_code}")
    assert lost == []
    assert EMPLOYER in sent(client.get(f"/desk/group/{world.names['group']}/"))
    assert REASON in sent(client.get(f"/desk/class/{world.names['class']}/"))


def test_the_city_and_the_learner_find_what_strangers_do_not(world: World, now: datetime) -> None:
    """What no institution runs, likewise."""
    city = people.staff(role=Role.CITY, now=now - timedelta(days=30))
    owner = Learner.objects.get(number=world.names["learner"]).user
    kinds = {"own", "batch", "revocation", "sample", "merge", "correction", "signal", "certificate", "year", "entry"}
    kinds |= {"check", "card"}
    shown = 0
    for user, start in ((city, "/desk/"), (owner, "/my/")):
        client = browser(user)
        for route in NAMED:
            key = next((key for begin, key in FIRST.items() if route.address.startswith(begin)), "")
            if key in kinds and route.address.startswith(start):
                address = address_of(route, world.names)
                answer = client.get(address)
                assert answer.status_code in {200, 405} or route.name in LATER_DRAWN, address
                shown += answer.status_code == 200
    assert shown >= len(kinds)
    seen = access.visible_enrolments(user=city, now=now)
    assert seen.filter(number__in=[world.names["enrolment"], world.names["member"]]).count() == 2


def test_every_named_address_of_the_desk_has_a_thing_of_the_world() -> None:
    """A new address is in the proof at once; a new kind of thing needs its name here."""
    starts = tuple(FIRST)
    missing = [
        route.address
        for route in NAMED
        if route.address.startswith(("/desk/", "/teach/", "/my/"))
        and not route.address.startswith(starts)
        and route.name not in {"my_offer", "desk_message_resend", "my_identity_step"}
    ]
    assert missing == []
