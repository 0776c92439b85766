"""A walk over the pages behind one door in one language: each opened by whom it is for, and looked at in some modes."""

from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.journeys.browser import PHONE, enter_as, visitor
from tests.journeys.city import City
from tests.journeys.modes import MODES, faults
from tests.journeys.pages import Visit

LANGUAGES = ("zh-hans", "en")
# On Wagtail's screens, which no template of ours makes: its rich text field and the values of its lists carry no name
# of their own, and its overview beside a form scrolls without taking the focus.
NOT_OURS = {"cms": ("aria-input-field-name", "label", "scrollable-region-focusable")}


def walk(
    browser: Browser, city: City, visits: Iterable[Visit], *, language: str, modes: Collection[str] = tuple(MODES)
) -> list[str]:
    """What is wrong with any of the pages."""
    found: list[str] = []
    pages: dict[str, Page] = {}
    for visit in visits:
        page = pages.get(visit.user) or as_visitor(browser, city, visit.user, django_language=language)
        pages[visit.user] = page
        found += _faults(page, city, visit, language, modes)
    for page in pages.values():
        page.context.close()
    return found


def as_visitor(browser: Browser, city: City, user: str, **cookies: str) -> Page:
    page = visitor(browser, size=PHONE)
    page.context.add_cookies([{"name": name, "value": value, "url": city.address} for name, value in cookies.items()])
    if user:
        enter_as(page, city.address, user)
    return page


def carry(page: Page, city: City, visit: Visit) -> None:
    if visit.cookie:
        name, _equals, value = visit.cookie.partition("=")
        page.context.add_cookies([{"name": name, "value": value, "url": city.address}])


def _faults(page: Page, city: City, visit: Visit, language: str, modes: Collection[str]) -> list[str]:
    spoken: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            spoken.append(message.text)

    asked: list[str] = []

    def follow(request: Request) -> None:
        asked.append(request.url)

    page.on("console", listen)
    page.on("request", follow)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    carry(page, city, visit)
    name = f"{visit.name} in {language}"
    answer = page.goto(city.address + visit.path)
    found = [f"{name}: {fault}" for fault in astray(visit, status=answer.status if answer else 0, address=page.url)]
    found += faults(page, name, wide=visit.wide, but=NOT_OURS.get(visit.door, ()), modes=modes)
    page.remove_listener("console", listen)
    page.remove_listener("request", follow)
    found += [f"{name}: asks {address}" for address in asked if foreign(address, city.address)]
    return found + [f"{name}: console: {text}" for text in spoken if "status of 40" not in text]


def astray(visit: Visit, *, status: int, address: str) -> list[str]:
    """Another answer or another page than the one that was meant, which would be looked at in its place."""
    found = [f"HTTP {status} instead of {visit.status}"] if status != visit.status else []
    there = urlsplit(address).path
    return found + ([f"came to {there} instead of {visit.arrives_at}"] if there != visit.arrives_at else [])


def foreign(address: str, home: str) -> bool:
    """Of a page of the service everything comes from the service."""
    asked = urlsplit(address)
    return asked.scheme in ("http", "https", "ws", "wss") and asked.netloc != urlsplit(home).netloc
