"""离线点名 in a real browser: prepared, cut off, killed, opened again, handed over, wiped; and cut at thirteen points."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browser import PHONE, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.modes import faults
from tests.journeys.scans import HOURS_AGO

pytestmark = pytest.mark.browser

# Today's class begins anew with two learners in it, one of whom has a card; tells the lesson, the card's code and a
# personal code of this moment.
CLASS = """
import json
from django.utils import timezone
from courses import attendance, enrolment
from courses.attendance import personal
from courses.models import Device, Learner, TrainingClass, User
from courses.people import cards, devices
now = timezone.now()
demo = TrainingClass.objects.filter(policy__number="今日演示", status="enrolling").latest("id")
who = [Learner.objects.get(user__username=name) for name in ("demo-learner", "demo-learner-2")]
for learner in who:
    if not demo.enrolments.filter(learner=learner).exists():
        enrolment.apply(learner=learner, training_class=demo, now=now)
trainer = User.objects.get(username="demo-trainer")
card = cards.issue(learner=who[0], by=trainer, now=now).code
device = Device.objects.filter(learner=who[1], revoked_at=None).first() or devices.bind(
    learner=who[1], label="Android", now=now)
print(json.dumps({"lesson": attendance.lesson_name(demo.lessons.get()), "card": card,
                  "code": personal.code_at(learner=who[1], device=device, moment=now)}))
"""
# What the server has of the lesson: entries by phone and number, and what became of each learner.
THERE = """
import json
from courses import attendance
from courses.models import Attendance, KitEntry, Lesson
lesson = Lesson.objects.get(code=attendance.lesson_code("{name}"))
rows = KitEntry.objects.filter(kit__lesson=lesson, proven=True)
states = Attendance.objects.filter(lesson=lesson).order_by("learner__user__username")
print(json.dumps({{"entries": sorted([row.digest, row.receipt, row.state] for row in rows),
                  "states": [row.status for row in states]}}))
"""
KEPT_PAGE = """async () => {
  const kept = await caches.match(location.pathname, { cacheName: kit.cacheName, ignoreVary: true });
  return (await kept.text()).includes('id="kit-prepare"');
}"""
HELD = "async () => (await kit.entries()).map(({digest, receipt, state, n}) => ({digest, receipt, state, n}))"


def begun(city: City) -> dict[str, str]:
    city.manage("shell", "-v0", "-c", HOURS_AGO)
    city.manage("renew_demo")
    told: dict[str, str] = json.loads(city.manage("shell", "-v0", "-c", CLASS).strip().splitlines()[-1])
    return told


def there(city: City, facts: dict[str, str]) -> dict[str, Any]:
    said = city.manage("shell", "-v0", "-c", THERE.format(name=facts["lesson"]))
    told: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    return told


def opened(page: Page, city: City, facts: dict[str, str]) -> Page:
    page.goto(f"{city.address}/teach/lesson/{facts['lesson']}/kit/")
    expect(page.locator("body")).to_have_attribute("data-started", "")
    return page


def prepared(page: Page, city: City, facts: dict[str, str]) -> Page:
    opened(page, city, facts)
    page.locator("#kit-prepare").click()
    expect(page.locator("#kit-light-page")).to_have_attribute("data-state", "ok")
    return page


def turn(page: Page, part: str) -> None:
    page.locator(f"[data-turn={part}]").click()


def typed(page: Page, text: str) -> None:
    """As a hand scanner does: the characters, and Enter."""
    turn(page, "scan")
    page.locator("#kit-code").fill(text)
    page.keyboard.press("Enter")


def test_a_class_without_network_is_on_the_roster_afterwards(city: City, browser: Browser) -> None:
    facts = begun(city)
    trainer = visitor(browser, size=PHONE)
    enter_as(trainer, city.address, "demo-trainer")
    prepared(trainer, city, facts)
    typed(trainer, f"TEST{facts['lesson']}")
    expect(trainer.locator("#kit-result")).to_have_attribute("data-tone", "kept")
    expect(trainer.locator("body")).to_have_attribute("data-ready", "yes")
    assert [trainer.locator(f"#kit-light-{one}").get_attribute("data-state") for one in (
        "names", "codes", "clock", "page",
    )] == ["ok"] * 4  # fmt: skip
    # Where the browser reads no codes by itself, the light says so and what works instead.
    light = trainer.locator("#kit-light-test")
    reads = trainer.evaluate("kit.camera")
    expect(light).to_have_attribute("data-state", "ok" if reads else "fair")
    expect(light.locator("[data-text]")).to_contain_text("能扫" if reads else "不能用相机扫码")
    turn(trainer, "ready")
    found = faults(trainer, "kit before")

    # Signed out meanwhile, the phone keeps the page that it has.
    cookies = trainer.context.cookies()
    trainer.context.clear_cookies()
    assert trainer.evaluate("kit.keepPage().then(() => 'kept', () => 'turned away')") == "turned away"
    trainer.context.add_cookies(cookies)  # type: ignore[arg-type]
    assert trainer.evaluate(KEPT_PAGE) is True

    trainer.context.set_offline(True)
    typed(trainer, facts["card"])
    expect(trainer.locator("#kit-result h2")).to_have_text("记下了")
    expect(trainer.locator("#kit-result [data-name]")).to_have_text("1 姜**")
    typed(trainer, facts["code"])
    expect(trainer.locator("#kit-result [data-name]")).to_have_text("2 初**")
    found += faults(trainer, "kit scanned")
    typed(trainer, "NONSENSE")
    expect(trainer.locator("#kit-result")).to_have_attribute("data-tone", "stop")
    expect(trainer.locator("#kit-badge")).to_have_text("2")

    # The page is killed; what was kept is there again without network, and it goes on.
    trainer.close()
    again = trainer.context.new_page()
    opened(again, city, facts)
    expect(again.locator("#kit-badge")).to_have_text("2")
    turn(again, "list")
    again.locator(".kit-member").nth(1).click()
    again.locator("#kit-reason").select_option("no_network")
    found += faults(again, "kit list")
    again.locator("[data-as=out]").click()
    expect(again.locator("#kit-badge")).to_have_text("3")
    assert stored(again) == []
    kept = again.evaluate("async () => (await (await caches.open(kit.cacheName)).keys()).map((one) => one.url)")
    own = {f"{city.address}/teach/lesson/{facts['lesson']}/kit/"}
    assert {one for one in kept if not one.startswith(f"{city.address}/static/")} == own

    again.context.set_offline(False)
    turn(again, "send")
    expect(again.locator("#kit-send-head")).to_have_text("3 条都有回执了")
    again.locator("details.kit-all summary").click()
    found += faults(again, "kit sent")
    assert there(city, facts)["states"] == ["present", "left_early"]
    # Nobody pressed 清除: opened again after the time for late additions, the phone forgets it all by itself.
    again.evaluate("kit.fact('content').then((content) => kit.keep('content', {...content, until: 1}))")
    again.reload()
    expect(again.locator("#kit-wiped")).to_be_visible()
    found += faults(again, "kit wiped")
    assert again.evaluate("async () => [await indexedDB.databases(), await caches.keys()]") == [[], []]
    assert again.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    again.goto(f"{city.address}/teach/lesson/{facts['lesson']}/")
    expect(again.locator("#roster-rows")).to_contain_text("全部到齐")
    assert found == []


@pytest.mark.parametrize(
    ("seconds", "state", "said"),
    [
        (0, "ok", "时钟准，与服务器相差 [0-4] 秒"),
        (-40, "fair", "手机时钟慢 (39|4[01]) 秒"),
        (600, "fair", "手机时钟快 10 分钟"),
    ],
)
def test_the_light_of_the_clock_tells_how_far_the_phone_is_off_and_that_its_times_are_put_right(
    seconds: int, state: str, said: str, city: City, browser: Browser
) -> None:
    facts = begun(city)
    phone = visitor(browser, size=PHONE)
    phone.add_init_script(f"const told = Date.now; Date.now = () => told() + {seconds * 1000};")
    enter_as(phone, city.address, "demo-trainer")
    prepared(phone, city, facts)
    expect(phone.locator("#kit-light-clock")).to_have_attribute("data-state", state)
    expect(phone.locator("#kit-light-clock [data-text]")).to_have_text(re.compile(said))
    assert faults(phone, f"kit {state}") == []
    typed(phone, f"TEST{facts['lesson']}")
    expect(phone.locator("body")).to_have_attribute("data-ready", "yes")


def stored(page: Page) -> list[str]:
    """Names, numbers and codes of learners in whatever the browser keeps, but the surname."""
    dump = page.evaluate(
        """async () => {
          const entries = JSON.stringify(await kit.entries()), facts = JSON.stringify(await kit.fact("content"));
          const pages = [];
          for (const name of await caches.keys()) {
            const held = await caches.open(name);
            for (const request of await held.keys()) pages.push(await (await held.match(request)).text());
          }
          const small = JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage });
          return entries + facts + small + pages.join("");
        }"""
    )
    # A document number, and not four digits of a signature.
    return [one for one in ("海燕", "德旺", "1990000000") if one in dump] + re.findall(r"3706\d{8,}", dump)


# ── Thirteen points at which the network, the server's answer or the page itself is cut ───────────────────────────────

# The page's own door to the network, with a saw in it: one request of a kind is lost before it goes, after the server
# has done its work, or half of its answer is; or an answer comes whole, and one entry has no receipt in it.
SAW = """([part, how]) => {
  const whole = window.fetch;
  let left = 1;
  window.fetch = async (address, options) => {
    if (!left || !String(address).includes(part)) return whole(address, options);
    left -= 1;
    if (how === "before") throw new TypeError("cut");
    const answer = await whole(address, options);
    if (how === "after") throw new TypeError("cut");
    if (how === "less") {
      const told = await answer.json();
      return new Response(JSON.stringify({ ...told, receipts: told.receipts.slice(1) }), { status: 200 });
    }
    return new Response((await answer.text()).slice(0, 40), { status: 200 });
  };
}"""
# Entries that go in three batches.
FILL = """async (many) => {
  kit.atOnce = 2;
  const member = kit.facts.content.members[1].id;
  const name = kit.facts.content.members[1].name;
  for (let turn = 0; turn < many; turn += 1) {
    await kit.write({ kind: "mark", way: "in", member, as: turn % 2 ? "late" : "present", reason: "no_network", name });
  }
}"""
# Where it is cut, and how; what lies between one batch and the next is cut by the second upload.
POINTS = [
    ("pulse", "before", "prepare"), ("prepare", "before", "prepare"), ("prepare", "after", "prepare"),
    ("prepare", "half", "prepare"), ("pulse", "before", "send"), ("pulse", "half", "send"),
    ("upload", "before", "send"), ("upload", "after", "send"), ("upload", "half", "send"),
    ("upload", "less", "send"), ("upload", "after", "kill"), ("upload", "before", "wipe"), ("upload", "after", "wipe"),
]  # fmt: skip
MANY = 5


@pytest.mark.long
def test_wherever_it_is_cut_everything_arrives_exactly_once(city: City, browser: Browser) -> None:
    facts = begun(city)
    trainer = visitor(browser, size=PHONE)
    enter_as(trainer, city.address, "demo-trainer")
    wrong, held = [], []
    for part, how, where in POINTS:
        page = cut_at(trainer.context.new_page(), city, facts, part, how, where, held)
        if page.locator("#kit-wiped").is_hidden():
            wrong.append(f"{part} {how} at {where}: not wiped")
        page.close()
    entries = there(city, facts)["entries"]
    assert wrong == []
    assert len(held) == len(POINTS) * MANY
    assert sorted(digest for digest, _receipt, _state in entries) == sorted(held)
    assert len({receipt for _digest, receipt, _state in entries}) == len(held)


def cut_at(page: Page, city: City, facts: dict[str, str], part: str, how: str, where: str, held: list[str]) -> Page:
    """One phone from its preparation to its end, cut once; whoever holds it presses again, and nothing else."""
    opened(page, city, facts)
    if where == "prepare":
        page.evaluate(SAW, [part, how])
        page.locator("#kit-prepare").click()
        expect(page.locator("#kit-ready-said")).not_to_have_text("")
        expect(page.locator("#kit-prepare")).to_be_enabled()
    page.locator("#kit-prepare").click()
    expect(page.locator("#kit-light-page")).to_have_attribute("data-state", "ok")
    page.evaluate(FILL, MANY)
    if where in {"send", "kill"}:
        page.evaluate(SAW, [part, how])
    first = page.evaluate("kit.send()")
    assert first is (where not in {"send", "kill"})
    if how == "less":
        assert sum(one["state"] != "queued" for one in page.evaluate(HELD)) == 1
    if where == "kill":
        page.close()
        page = opened(page.context.new_page(), city, facts)
    held += [one["digest"] for one in page.evaluate(HELD)]
    page.evaluate("() => { kit.atOnce = 2; return kit.send() }")
    turn(page, "send")
    if where == "wipe":
        page.evaluate(SAW, [part, how])
        page.locator("#kit-wipe").click()
        expect(page.locator("#kit-wipe-why")).not_to_have_text("正在核对回执并清除…")
        assert len(page.evaluate(HELD)) == MANY
    page.locator("#kit-wipe").click()
    expect(page.locator("#kit-wiped")).to_be_visible()
    return page
