"""Staff with their posts, and fictitious learners: numbers of valid form from ranges that are not assigned."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from django.contrib.auth.hashers import make_password

from cms.demo.catalogue import Places
from cms.demo.chance import dice, fresh
from cms.demo.files import facts, table
from courses import privacy
from courses.models import (
    Consent,
    ConsentNotice,
    District,
    DocumentKind,
    EducationLevel,
    IdentityDocument,
    Learner,
    LearnerCategory,
    Post,
    User,
)
from courses.people.documents import check_character
from courses.people.learners import REGISTRATION_NOTICE, document_digest, last4_digest

ADDRESS_CODE = "370699"
PHONES = "1990000{:04d}"
FIRST_PHONE = 100
IN_POST_DAYS = 900
EDUCATION = {"11": 1, "14": 3, "21": 16, "31": 24, "41": 14, "44": 8, "47": 12, "61": 12, "71": 9, "81": 1}
CATEGORIES = {
    "rural": 22, "returnee": 7, "unemp": 10, "grad": 9, "gradoff": 6, "veteran": 5, "employee": 20, "transfer": 6,
    "flexible": 8, "owner": 4, "other": 3,
}  # fmt: skip


def build_staff(*, places: Places, now: datetime) -> dict[str, User]:
    """Logins of everybody who works here, by username; none of them can be entered with a password."""
    since = now - timedelta(days=IN_POST_DAYS)
    staff: dict[str, User] = {}
    for row in table("staff"):
        user = User(
            username=row["username"], name=row["name"], is_staff=True, password=make_password(None), date_joined=since
        )
        user.save()
        Post.objects.create(
            user=user,
            role=row["role"],
            district=places.districts.get(row["district"]),
            institution=places.institutions.get(row["institution"]),
            since=since,
        )
        staff[user.username] = user
    return staff


@dataclass
class Person:
    """A learner before the rows are written: who, from where, and the classes already taken."""

    learner: Learner
    document: str
    district: District
    user: User | None = None
    browser: str = field(default_factory=lambda: fresh(prefix="", length=26))
    keys: set[str] = field(default_factory=set)
    busy: list[tuple[date, date]] = field(default_factory=list)

    @property
    def born_on(self) -> date:
        assert self.learner.born_on is not None
        return self.learner.born_on

    def is_free(self, *, start: date, end: date, key: str) -> bool:
        return key not in self.keys and all(end < begun or start > ended for begun, ended in self.busy)

    def take(self, *, start: date, end: date, key: str) -> None:
        self.keys.add(key)
        self.busy.append((start, end))


class Crowd:
    """Makes people as classes ask for them and writes them all at once."""

    def __init__(self, *, places: Places, now: datetime) -> None:
        self.now = now
        self.dice = dice("crowd")
        self.districts = list(places.districts.values())
        self.people: dict[str, list[Person]] = {}
        self.by_name: dict[str, Person] = {}
        self._phones = count(FIRST_PHONE)
        self._documents: set[str] = set()
        self._education = {row.key: row for row in EducationLevel.objects.all()}
        self._categories = {row.key: row for row in LearnerCategory.objects.all()}
        self._written = 0

    def gather(self, *, district: District, number: int, start: date, end: date, key: str) -> list[Person]:
        """People who are free then and have not learnt this yet; a third have been on a course before."""
        known = [one for one in self.people.get(district.key, []) if one.is_free(start=start, end=end, key=key)]
        self.dice.shuffle(known)
        chosen = known[: number // 3]
        while len(chosen) < number:
            home = district if self.dice.random() < 0.9 else self.dice.choice(self.districts)
            chosen.append(self.invent(district=home))
        for person in chosen:
            person.take(start=start, end=end, key=key)
        self.dice.shuffle(chosen)
        return chosen

    def invent(self, *, district: District) -> Person:
        throw = self.dice
        sex = Learner.Sex.MALE if throw.random() < 0.53 else Learner.Sex.FEMALE
        age = min(61, max(19, int(throw.gauss(38, 11))))
        born_on = self.now.date() - timedelta(days=age * 365 + throw.randrange(20, 350))
        has_login = throw.random() < (0.95 if age < 55 else 0.6)
        person = Person(
            learner=self._learner(name=_name(throw, sex), sex=sex, born_on=born_on, district=district),
            document=self._document(born_on=born_on, sex=sex),
            district=district,
        )
        if has_login:
            person.user = _login(phone=person.learner.phone, name=person.learner.name, now=self.now)
        self.people.setdefault(district.key, []).append(person)
        return person

    def _learner(self, *, name: str, sex: str, born_on: date, district: District) -> Learner:
        education = self.dice.choices(list(EDUCATION), list(EDUCATION.values()))[0]
        category = self.dice.choices(list(CATEGORIES), list(CATEGORIES.values()))[0]
        verified_at = self.now - timedelta(days=self.dice.randrange(520, 700), minutes=self.dice.randrange(600))
        return Learner(
            number=fresh(prefix="X"),
            name=name,
            sex=sex,
            born_on=born_on,
            education=self._education[education],
            category=self._categories[category],
            district=district,
            phone=PHONES.format(next(self._phones)),
            verified_at=verified_at,
            created_at=verified_at,
        )

    def _document(self, *, born_on: date, sex: str) -> str:
        while True:
            serial = self.dice.randrange(0, 998, 2) + (sex == Learner.Sex.MALE)
            seventeen = f"{ADDRESS_CODE}{born_on:%Y%m%d}{serial:03d}"
            number = seventeen + check_character(seventeen)
            if number not in self._documents:
                self._documents.add(number)
                return number

    def name_demo_learners(self) -> None:
        """Two verified people behind the demo door, with fixed names, phones and homes."""
        for row in table("learners"):
            district = next(one for one in self.districts if one.key == row["district"])
            born_on = date(self.now.year - int(row["age"]), 4, 12)
            person = self.invent(district=district)
            person.learner.name, person.learner.sex, person.learner.born_on = row["name"], row["sex"], born_on
            person.learner.phone = row["phone"]
            person.learner.category = self._categories[row["category"]]
            person.document = self._document(born_on=born_on, sex=row["sex"])
            person.user = _login(phone=row["phone"], name=row["name"], now=self.now, username=row["username"])
            self.people[district.key].remove(person)
            self.by_name[row["username"]] = person

    def write(self) -> list[Person]:
        """Logins, learners, documents and consents of everybody, in five statements."""
        everybody = [*self.by_name.values(), *(one for group in self.people.values() for one in group)]
        User.objects.bulk_create([one.user for one in everybody if one.user is not None])
        for one in everybody:
            one.learner.user = one.user
        Learner.objects.bulk_create([one.learner for one in everybody])
        kind = DocumentKind.objects.get(key="resident")
        IdentityDocument.objects.bulk_create([_document_row(one, kind) for one in everybody])
        notice = ConsentNotice.objects.filter(key=REGISTRATION_NOTICE).order_by("-version").first()
        if notice is not None:
            Consent.objects.bulk_create(
                Consent(learner=one.learner, notice=notice, given_at=one.learner.verified_at or self.now)
                for one in everybody
            )
        return everybody


def newcomer(*, now: datetime) -> User:
    """A phone that was proved and nothing more: the 实名 step is still to come."""
    user = _login(phone="19900000003", name="", now=now, username="demo-newcomer")
    user.save()
    Learner.objects.create(number=fresh(prefix="X"), user=user, phone=user.phone, created_at=now)
    return user


def _login(*, phone: str, name: str, now: datetime, username: str = "") -> User:
    return User(
        username=username or fresh(prefix="u", length=14).lower(),
        name=name,
        password=make_password(None),
        phone=phone,
        phone_digest=privacy.digest(phone, purpose="phone"),
        phone_verified_at=now,
        date_joined=now,
    )


def _document_row(person: Person, kind: DocumentKind) -> IdentityDocument:
    return IdentityDocument(
        learner=person.learner,
        kind=kind,
        number=person.document,
        digest=document_digest(kind_key=kind.key, number=person.document),
        last4_digest=last4_digest(last4=person.document[-4:]),
        since=person.learner.verified_at or person.learner.created_at,
    )


def _name(throw: Random, sex: str) -> str:
    names = facts("names")
    given = names["male" if sex == Learner.Sex.MALE else "female"]
    return str(throw.choice(names["family"].split()) + throw.choice(given.split()))
