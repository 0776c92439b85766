"""The green answer to a certificate's number and surname, as somebody who holds the paper sees it."""

from playwright.sync_api import Page, expect

from tests.journeys.city import City

HELD = """
from courses.models import Certificate
held = Certificate.objects.first()
print(held.number, held.snapshot["name"][0], held.completion.enrolment.training_class.number)
"""


def held(city: City) -> tuple[str, str]:
    """The number of a certificate that holds, and of its class."""
    number, _surname, class_number = city.manage("shell", "-v0", "-c", HELD).strip().splitlines()[-1].split()
    return number, class_number


def ask(page: Page, city: City) -> None:
    """Fills in what stands on the paper and waits for the answer."""
    number, surname, _class = city.manage("shell", "-v0", "-c", HELD).strip().splitlines()[-1].split()
    page.goto(f"{city.address}/verify/{number}")
    page.locator("input[name=surname]").fill(surname)
    page.locator("main form button.btn").click()
    expect(page.locator("h1")).to_have_text("证书真实有效")
