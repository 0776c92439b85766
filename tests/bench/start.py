"""The second start: data there, tables in step. From `manage.py prepare` to an answer of the one web process.

What `run.py` adds to it is the comparison of two hashes before and a worker that starts beside the web process.
"""

import time

from tests.bench import SURROUNDINGS
from tests.ground import Ground
from tests.served import Served


def seconds(ground: Ground, *, demo: bool) -> float:
    keys = {name: SURROUNDINGS[name] for name in ("SECRET_KEY", "FIELD_KEYS", "DIGEST_KEY")}
    command = ["prepare"] if demo else ["prepare", "--no-demo"]
    ground.manage(*command, settings="lms.settings.dev", **keys)
    began = time.perf_counter()
    ground.manage(*command, settings="lms.settings.dev", **keys)
    environment = ground.environment("lms.settings.dev", **keys)
    with Served("lms.wsgi", environment, folder=ground.folder, processes=1) as web:
        web.wait()
        return time.perf_counter() - began
