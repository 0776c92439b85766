"""Every page of the product, who opens it, and at what address in the demo city."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.journeys.city import City
from tests.journeys.second_looks import planted

DOORS = ("public", "my", "teach", "desk", "cms")
FACTS = """
import json
from django.utils import timezone
from io import BytesIO
from openpyxl import Workbook
from courses import attendance, exports, policy, supervision
from courses.attendance import lesson_name, paper
from courses.models import *
from tests.factories.people import resident_number
demo = TrainingClass.objects.filter(policy__number="今日演示").latest("id")
taught = Lesson.objects.filter(training_class__trainers__username="demo-trainer", training_class__policy__isnull=False)
full = taught.exclude(training_class=demo).filter(attendance__isnull=False).latest("starts_at")
sheet = paper.print_sign_in(by=full.trainer, lesson=full, now=timezone.now())
school = Post.objects.get(user__username="demo-institution").institution
runs = Lesson.objects.filter(training_class__institution=school, training_class__policy__isnull=False)
recent = runs.filter(ends_at__lt=timezone.now(), attendance__isnull=False).latest("ends_at")
there = paper.print_sign_in(by=recent.trainer, lesson=recent, now=timezone.now())
own = Enrolment.objects.filter(learner__user__username="demo-learner", status="admitted").first()
from cms.models import CoursePage
page = CoursePage.objects.live().filter(course__classes__status="enrolling").first()
entry = CountEntry.objects.filter(completion__isnull=False).latest("id")
district = Post.objects.get(user__username="demo-district").district
waiting = Completion.objects.filter(status="submitted", enrolment__training_class__district=district).first()
quiet = demo.lessons.get()
attendance.pause_wall(by=quiet.trainer, lesson=quiet, paused=True, now=timezone.now())
supervision.compute_due(now=timezone.now())
signal = Signal.objects.order_by("id").last()
asked = {**own.training_class.policy.document, "assessments": {own.training_class.kind_key: ["plan", "link"]}}
asks = policy.publish(by=None, number=f"works-{PolicyVersion.objects.count()}", effective_on=timezone.localdate(),
                      document=asked, is_exception=True)
TrainingClass.objects.filter(pk=own.training_class_id).update(policy=asks)
lost = [{"code": "attendance", "then": 720, "value": 360, "threshold": 576}]
seen = [{"what": "evidence", "at": timezone.now().isoformat(), "number": "E1", "kind": "ruling", "lesson": 2}]
undercut = Undercut.objects.get_or_create(number="Y0000000001", defaults={"completion": entry.completion, "lost": lost,
    "approved_by": entry.completion.approved_by, "rows": seen, "found_at": timezone.now()})[0]
camp = TrainingClass.objects.filter(kind_key="camp", status="enrolling").latest("id")
bare = camp.enrolments.filter(status="candidate", pitches__isnull=True).first()
project = camp.enrolments.filter(status="candidate", pitches__isnull=False).first()
bureau = User.objects.get(username="demo-city")
wanted = exports.Wanted("a", "xlsx", {"class": full.training_class.number}, full=True, purpose="核对补贴")
export = exports.take(by=bureau, wanted=wanted, now=timezone.now()).export
book = BytesIO()
Workbook().save(book)
own_form = exports.upload(by=bureau, name="市局月报表", content=book.getvalue(), now=timezone.now())
leaver = Enrolment.objects.filter(status__in=Enrolment.LIVE, training_class__status="enrolling",
    training_class__institution=Post.objects.get(user__username="demo-institution").institution).first()
to_review = Enrolment.objects.filter(status="applied", training_class__institution=school,
    training_class__status="enrolling").select_related("training_class").order_by("training_class", "arrival_no")
from courses.people import identity
who = {"learner": Learner.objects.get(user__username="demo-newcomer"), "now": timezone.now()}
identity.agree(consent=True, document=True, **who)
identity.answer_name(name="王小强", **who)
identity.answer_document(kind_key="resident", number=resident_number(), **who)
for step, rows in identity.LISTS.items():
    identity.answer_choice(step=step, key=rows.objects.first().key, **who)
print(json.dumps({
    "leaver": f"{leaver.training_class.number}/receipt/{leaver.number}",
    "proofs": f"{leaver.training_class.number}/enrolment/{leaver.number}/proofs",
    "to_review": to_review[0].training_class.number,
    "chosen": "&".join(f"enrolment={one.number}" for one in to_review[:3]),
    "post": str(Post.objects.filter(institution=school, role="trainer").first().key),
    "export": export.number, "own_form": own_form.number,
    "lesson": lesson_name(full), "demo_lesson": lesson_name(demo.lessons.get()), "class": full.training_class.number,
    "own": own.number, "course": page.url, "page": page.pk,
    "enrol": page.course.classes.filter(status="enrolling")[0].number,
    "enrols_own": Post.objects.get(user__username="demo-institution").institution.classes.filter(
        status="enrolling").first().number,
    "sheet": sheet.number, "school_sheet": there.number, "school_class": recent.training_class.number,
    "undercut": undercut.number, "own_class": own.training_class.number,
    "signal": signal.code, "camp": camp.number, "project": project.number, "bare": bare.number,
    "entry": entry.code, "certificate": Certificate.objects.first().number,
    "certified": Certificate.objects.first().completion.enrolment.training_class.number,
    "waiting": waiting.enrolment.training_class.number,
    "review": TrainingClass.objects.filter(status="submitted", district=district).first().number,
    "draft": Post.objects.get(user__username="demo-institution").institution.classes.filter(status="draft")[0].number,
    "returned": TrainingClass.objects.filter(status__in=("returned", "submitted")).latest("id").number,
}))
"""


@dataclass(frozen=True)
class Visit:
    """`picture` names the designer's picture that the page is held against, where there is one; `cookie` is what a
    machine holds that nobody is signed in at. `status` is what the address answers, and `leads_to` where it sends to
    instead of answering itself: any other page would be looked at in its place."""

    name: str
    user: str
    path: str
    picture: str = ""
    wide: bool = False
    cookie: str = ""
    status: int = 200
    leads_to: str = ""

    @property
    def door(self) -> str:
        first = self.path.split("/")[1]
        return first if first in DOORS else "public"

    @property
    def arrives_at(self) -> str:
        return self.leads_to or urlsplit(self.path).path


def visits(city: City) -> list[Visit]:
    import json

    facts = json.loads(city.manage("shell", "-v0", "-c", FACTS).strip().splitlines()[-1])
    public = [
        Visit("home", "", "/", "01-home"),
        Visit("courses", "", "/courses/"),
        Visit("course", "", facts["course"], "02-course"),
        Visit("notices", "", "/notices/"),
        Visit("selection-list", "", "/selection/"),
        Visit("guide", "", "/guide/"),
        Visit("sign-in", "", "/account/"),
        Visit("staff-door", "", "/account/staff/"),
        Visit("staff-first", "", "/account/first/"),
        Visit("institutions", "", "/directory/institutions/"),
        Visit("institution-entry", "", "/directory/institutions/J001/"),
        Visit("needs", "", "/directory/needs/"),
        Visit("board", "", "/board/"),
        Visit("verify", "", f"/verify/{facts['certificate']}", "09-verify"),
        Visit("verify-list", "", "/verify/list/"),
        Visit("scan-help", "", "/C/help/"),
        Visit("scan-refused", "", "/C/0000000000000000", "03-scan-refused", status=404),
        Visit("not-found", "", "/nothing/here/", status=404),
        Visit("not-allowed", "", "/appearance/", status=405),
        Visit("styleguide", "", "/styleguide/", "10-components"),
    ]
    learner = [
        Visit("my", "demo-learner", "/my/", "04-my"),
        Visit("enrol", "demo-learner-2", f"/my/enrol/{facts['enrol']}/"),
        Visit("enrol-contact", "demo-learner-2", f"/my/enrol/{facts['enrol']}/contact/"),
        Visit("enrol-category", "demo-learner-2", f"/my/enrol/{facts['enrol']}/category/"),
        Visit("enrol-graduation", "demo-learner-2", f"/my/enrol/{facts['enrol']}/graduation/"),
        Visit("enrol-proof", "demo-learner-2", f"/my/enrol/{facts['enrol']}/proof/"),
        Visit("enrol-criteria", "demo-learner-2", f"/my/enrol/{facts['camp']}/criteria/"),
        Visit("enrolment-proof", "demo-learner", f"/my/enrolment/{facts['own']}/proof/"),
        Visit("enrolment", "demo-learner", f"/my/enrolment/{facts['own']}/"),
        Visit("lessons", "demo-learner", f"/my/enrolment/{facts['own']}/lessons/?if=1"),
        Visit("works", "demo-learner", f"/my/enrolment/{facts['own']}/works/"),
        Visit("identity-consent", "demo-newcomer", "/my/identity/consent/"),
        Visit("identity-name", "demo-newcomer", "/my/identity/name/"),
        Visit("identity-document", "demo-newcomer", "/my/identity/document/"),
        Visit("identity-district", "demo-newcomer", "/my/identity/district/"),
        Visit("identity", "demo-newcomer", "/my/identity/"),
        Visit("devices", "demo-learner", "/my/devices/"),
        Visit("messages", "demo-learner", "/my/messages/"),
        Visit("my-certificates", "demo-learner", "/my/certificates/"),
        Visit("my-data", "demo-learner", "/my/data/"),
        Visit("forbidden", "demo-learner", "/desk/", status=403),
    ]
    trainer = [
        Visit("teach", "demo-trainer", "/teach/"),
        Visit("roster", "demo-trainer", f"/teach/lesson/{facts['lesson']}/", "06-roster"),
        Visit("wall", "demo-trainer", f"/teach/lesson/{facts['lesson']}/wall/", "05-wall", wide=True),
        Visit("wall-paused", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/wall/", wide=True),
        Visit("lesson-sheets", "demo-trainer", f"/teach/lesson/{facts['lesson']}/sheet/"),
        Visit("sign-in-sheet", "demo-trainer", f"/teach/sheet/{facts['sheet']}/"),
        Visit("sheet-enter", "demo-trainer", f"/teach/sheet/{facts['sheet']}/enter/"),
        Visit("roll-call", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/rollcall/"),
        Visit("head-count", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/count/"),
        Visit("kit", "demo-trainer", f"/teach/lesson/{facts['demo_lesson']}/kit/"),
        Visit("lesson-signals", "demo-trainer", f"/teach/lesson/{facts['lesson']}/signals/"),
        Visit("class-lessons", "demo-trainer", f"/teach/class/{facts['class']}/lessons/"),
        Visit("class-presence-teach", "demo-trainer", f"/teach/class/{facts['class']}/presence/"),
        Visit("completion", "demo-trainer", f"/teach/class/{facts['class']}/completion/"),
    ]
    desk = [
        Visit("queue", "demo-district", "/desk/", "08-queue"),
        Visit("handled", "demo-institution", "/desk/handled/"),
        Visit("elsewhere", "demo-institution", "/desk/elsewhere/"),
        Visit("approve", "demo-district", f"/desk/approve/?class={facts['waiting']}"),
        Visit("classes", "demo-district", "/desk/classes/"),
        Visit("class-new", "demo-institution", "/desk/classes/new/"),
        Visit("class", "demo-city", f"/desk/class/{facts['class']}/"),
        Visit("class-edit", "demo-institution", f"/desk/class/{facts['draft']}/edit/"),
        Visit("class-start", "demo-institution", f"/desk/class/{facts['enrols_own']}/start/"),
        Visit("class-cancel", "demo-institution", f"/desk/class/{facts['enrols_own']}/cancel/"),
        Visit("class-suspend", "demo-city", f"/desk/class/{facts['enrols_own']}/suspend/"),
        Visit("class-certificates", "demo-city", f"/desk/class/{facts['certified']}/certificates/"),
        Visit("class-revocations", "demo-city", f"/desk/class/{facts['certified']}/revocations/"),
        Visit("class-external", "demo-city", f"/desk/class/{facts['certified']}/external/"),
        Visit("class-review", "demo-district", f"/desk/class/{facts['review']}/"),
        Visit("class-approve", "demo-district", f"/desk/class/{facts['waiting']}/"),
        Visit("opening", "demo-city", f"/desk/class/{facts['returned']}/opening/"),
        Visit("opening-sheet", "demo-city", f"/desk/class/{facts['returned']}/opening/form/"),
        Visit("changes", "demo-city", f"/desk/class/{facts['class']}/changes/"),
        Visit("tell", "demo-institution", f"/desk/class/{facts['school_class']}/tell/"),
        Visit("class-kits", "demo-city", f"/desk/class/{facts['class']}/kits/"),
        Visit("roster-send", "demo-institution", f"/desk/class/{facts['enrols_own']}/roster/"),
        Visit("group-new", "demo-institution", f"/desk/class/{facts['enrols_own']}/group/"),
        Visit("class-sheets", "demo-institution", f"/desk/class/{facts['school_class']}/sheets/"),
        Visit("class-sheet-enter", "demo-institution", f"/desk/sheet/{facts['school_sheet']}/enter/?all"),
        Visit("class-registers", "demo-institution", f"/desk/class/{facts['school_class']}/registers/"),
        Visit("class-presence", "demo-institution", f"/desk/class/{facts['school_class']}/presence/"),
        Visit("class-kiosks", "demo-institution", f"/desk/class/{facts['enrols_own']}/kiosks/"),
        Visit("receipt", "demo-institution", f"/desk/class/{facts['leaver']}/"),
        Visit("counter-proofs", "demo-institution", f"/desk/class/{facts['proofs']}/"),
        Visit("withdraw", "demo-institution", f"/desk/class/{facts['leaver']}/withdraw/"),
        Visit("applications", "demo-institution", f"/desk/class/{facts['to_review']}/applications/"),
        Visit("admit", "demo-institution", f"/desk/class/{facts['to_review']}/applications/admit/?{facts['chosen']}"),
        Visit("counter", "demo-institution", f"/desk/class/{facts['enrols_own']}/counter/"),
        Visit("completions", "demo-district", "/desk/completions/"),
        Visit("undercuts", "demo-city", "/desk/undercuts/"),
        Visit("undercut", "demo-city", f"/desk/undercut/{facts['undercut']}/"),
        Visit("reviews", "demo-expert", "/desk/reviews/"),
        Visit("class-works", "demo-city", f"/desk/class/{facts['own_class']}/works/"),
        Visit("signals", "demo-district", "/desk/signals/?state=all"),
        Visit("signal", "demo-city", f"/desk/signal/{facts['signal']}/"),
        Visit("selections", "demo-city", "/desk/selection/"),
        Visit("selection", "demo-city", f"/desk/selection/{facts['camp']}/"),
        Visit("counter-pitch", "demo-city", f"/desk/selection/{facts['camp']}/{facts['bare']}/pitch/"),
        Visit("score", "demo-city", f"/desk/selection/{facts['camp']}/{facts['project']}/"),
        Visit("institution-files", "demo-district", "/desk/institutions/"),
        Visit("institution-new", "demo-district", "/desk/institutions/new/"),
        Visit("institution-own", "demo-institution", "/desk/institution/J001/"),
        Visit("institution-review", "demo-district", "/desk/institution/J002/"),
        Visit("staff", "demo-institution", "/desk/staff/"),
        Visit("staff-new", "demo-district", "/desk/staff/new/"),
        Visit("staff-post", "demo-institution", f"/desk/staff/{facts['post']}/"),
        Visit("bases", "demo-district", "/desk/bases/"),
        Visit("base", "demo-city", "/desk/base/SX01/"),
        Visit("projects", "demo-city", "/desk/projects/"),
        Visit("desk-needs", "demo-city", "/desk/needs/"),
        Visit("need-new", "demo-city", "/desk/needs/new/"),
        Visit("project", "demo-city", "/desk/project/XM-LC-01/"),
        Visit("tally", "demo-city", "/desk/tally/", "07-tally"),
        Visit("entries", "demo-city", "/desk/tally/entries/?line=skills"),
        Visit("breakdown", "demo-city", "/desk/tally/breakdown/?by=age_band"),
        Visit("chain", "demo-city", f"/desk/entry/{facts['entry']}/"),
        Visit("report", "demo-city", "/desk/tally/report/", "07-report"),
        Visit("targets", "demo-city", "/desk/targets/"),
        Visit("targets-held", "demo-district", "/desk/targets/held/"),
        Visit("exports", "demo-city", "/desk/exports/"),
        Visit("export-form", "demo-city", "/desk/exports/form/g/"),
        Visit("export", "demo-city", f"/desk/export/{facts['export']}/"),
        Visit("own-form", "demo-city", f"/desk/exports/own/{facts['own_form']}/"),
        Visit("own-forms", "demo-city", "/desk/exports/own/"),
        Visit("export-log", "demo-city", "/desk/exports/log/"),
        Visit("learners", "demo-city", "/desk/learners/"),
        Visit("outbox", "demo-city", "/desk/messages/"),
    ]
    editor = [
        Visit("cms-home", "demo-editor", "/cms/"),
        Visit("cms-page", "demo-editor", f"/cms/pages/{facts['page']}/edit/"),
    ]
    return [*public, *learner, *trainer, *desk, *editor]


def every_visit(city: City) -> list[Visit]:
    """Those and the pages of what waits for another person, which is planted: once a city."""
    return [*visits(city), *_second_looks(planted(city))]


def _second_looks(told: dict[str, str]) -> list[Visit]:
    """What one person asked and another decides, and the machines that scan people."""
    return [
        Visit("my-code", "demo-learner", "/my/code/"),
        Visit("leave", "demo-learner", f"/my/enrolment/{told['away']}/leave/"),
        Visit("dispute", "demo-learner", f"/my/enrolment/{told['dispute']}/dispute/"),
        Visit("scan-people", "demo-trainer", f"/teach/lesson/{told['lesson']}/scan/"),
        Visit("kiosk-list", "demo-trainer", f"/teach/lesson/{told['lesson']}/kiosk/"),
        Visit("kiosk-closed", "", "/kiosk/"),
        Visit("kiosk", "", "/kiosk/?", cookie=f"kiosk={told['kiosk']}"),
        Visit("erasure", "demo-learner-2", "/my/erasure/"),
        Visit("erasures", "demo-city", "/desk/erasures/"),
        Visit("erasure-file", "demo-city", f"/desk/erasure/{told['erasure']}/"),
        Visit("erasure-untold", "demo-city", f"/desk/erasure/{told['untold']}/"),
        Visit("call-backs", "demo-city", "/desk/callbacks/?state=all"),
        Visit("call-back", "demo-city", f"/desk/class/{told['called']}/callbacks/"),
        Visit("follow-ups", "demo-institution", "/desk/followups/"),
        Visit("follow-up", "demo-institution", f"/desk/class/{told['followed']}/followups/"),
        Visit("room-checks", "demo-inspector", "/desk/checks/"),
        Visit("room-check", "demo-inspector", f"/desk/check/{told['check']}/"),
        Visit("cards", "demo-city", "/desk/cards/"),
        Visit("card", "demo-city", f"/desk/card/{told['card']}/"),
        Visit("card-objected", "demo-city", f"/desk/card/{told['objected']}/"),
        Visit("card-new", "demo-city", f"/desk/class/{told['called']}/card/"),
        Visit("room-check-new", "demo-inspector", f"/desk/lesson/{told['checked_lesson']}/check/"),
        Visit("export-check", "demo-city", "/desk/exports/check/"),
        Visit("inbox", "demo-city", "/desk/inbox/"),
        Visit("class-claims", "demo-trainer", f"/teach/class/{told['asked_class']}/requests/"),
        Visit("desk-claims", "demo-institution", f"/desk/class/{told['contested_class']}/requests/"),
        Visit("revocations", "demo-city", "/desk/revocations/"),
        Visit("revocation", "demo-city", f"/desk/revocation/{told['revocation']}/"),
        Visit("samples", "demo-city", "/desk/samples/"),
        Visit("sample", "demo-city", f"/desk/sample/{told['sample']}/"),
        Visit("staff-requests", "demo-city", "/desk/staff/"),
        Visit("staff-request", "demo-city", f"/desk/staff/request/{told['staff']}/"),
        Visit("merges", "demo-city", "/desk/merges/"),
        Visit("merge", "demo-city", f"/desk/merge/{told['merge']}/"),
        Visit("completion", "demo-city", f"/desk/completion/{told['completion']}/"),
        Visit("closes", "demo-city", "/desk/closes/"),
        Visit("rules", "demo-city", "/desk/rules/"),
        Visit("rule-policy", "demo-city", "/desk/rules/policy/"),
        Visit("rule-commitment", "demo-city", "/desk/rules/commitment/"),
        Visit("glyphs", "demo-city", "/desk/glyphs/"),
        Visit("rule", "demo-city", f"/desk/rule/{told['rule']}/"),
        Visit("close", "demo-city", f"/desk/closes/{told['close']}/"),
        Visit("closes-district", "demo-district", "/desk/closes/"),
        Visit("close-district", "demo-district", f"/desk/closes/{told['close']}/"),
        Visit("scores", "demo-city", f"/desk/class/{told['examined']}/scores/"),
        Visit("examining", "demo-expert", "/desk/examining/"),
        Visit("examined", "demo-expert", f"/desk/examining/{told['examined']}/"),
        Visit("close-asked", "demo-city", f"/desk/closes/{told['close_asked']}/"),
    ]
