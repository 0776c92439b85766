"""The second factor of staff: secrets under our own keys, words in the language of the users."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _

from courses import privacy

SECRET = "mfa.authenticator"  # noqa: S105 (a name, not a secret)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("动态码不对，没有登录。请看手机上现在显示的 6 位数字；手机时间不准也会不对。"),
        "rate_limited": _("10 分钟内已输错 5 次，这一次没有核对。请 10 分钟后再试。"),
    }

    def encrypt(self, text: str) -> str:
        return privacy.encrypt(text, context=SECRET)

    def decrypt(self, encrypted_text: str) -> str:
        return privacy.decrypt(encrypted_text, context=SECRET)

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)
