"""A process of its own under the settings of a served city, with an environment made for the question."""

import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEY = urlsafe_b64encode(b"p" * 32).decode()


def complete(folder: Path) -> dict[str, str]:
    """Everything that deploy/env.example asks for, on a small city's one machine."""
    return {
        "DJANGO_SETTINGS_MODULE": "lms.settings.production",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "SQLITE_ACCEPTED": "1",
        "SECRET_KEY": "".join(chr(33 + number % 90) for number in range(60)),
        "FIELD_KEYS": f"k1:{KEY}",
        "DIGEST_KEY": KEY,
        "CERTIFICATE_KEYS": f"c1:{KEY}",
        "ALLOWED_HOSTS": "px.example.gov.cn",
        "SMS_BACKEND": "http",
        "SMS_GATEWAY_URL": "https://sms.example.gov.cn/send",
    }


def run(code: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`python …` with exactly this environment beside what a process needs to live."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, *code], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False
    )


def reasons(process: subprocess.CompletedProcess[str]) -> list[str]:
    """The numbers of the checks that it refused with, in the order in which they were told."""
    return [line.split(":")[0] for line in process.stderr.splitlines() if line.startswith("lms.")]
