"""The two real doors, as those who come in press through them."""

import time

from playwright.sync_api import Page

from tests.journeys.city import City

PASSWORD = "a long enough password"


def new_password(city: City, username: str) -> None:
    """A login of the staff as it is when it was opened: a password, and no second factor yet."""
    city.manage(
        "shell", "-v0", "-c",
        "from allauth.mfa.models import Authenticator; from courses.models import User; "
        f"u = User.objects.get(username='{username}'); Authenticator.objects.filter(user=u).delete(); "
        f"u.set_password('{PASSWORD}'); u.save()",
    )  # fmt: skip


def give_password(officer: Page, city: City, username: str) -> None:
    officer.goto(f"{city.address}/desk/")
    officer.get_by_label("账号").fill(username)
    officer.get_by_label("密码").fill(PASSWORD)
    officer.get_by_role("button", name="下一步").click()


def finish_set_up(officer: Page) -> str:
    """The secret that the officer's phone now holds; the recovery codes stand on the page."""
    secret = officer.locator(".secret").inner_text().replace(" ", "")
    officer.get_by_label("手机上显示的 6 位动态码").fill(now_shown(secret))
    officer.get_by_role("button", name="完成设置").click()
    return secret


def now_shown(secret: str) -> str:
    """What the officer's phone shows; a code is good for its own half minute, so one at its very end is not used."""
    # Wants Django, which the pictures are taken without until then.
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    while time.time() % 30 > 25:
        time.sleep(0.5)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def ask_for_code(learner: Page, phone: str) -> None:
    learner.get_by_label("手机号").fill(phone)
    learner.get_by_role("button", name="获取验证码").click()
