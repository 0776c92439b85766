"""Performance against a floor that is measured in the same run; see docs/performance.md."""

import base64

SETTINGS = "tests.bench.service"

# What production refuses to start without; keys of a database that is thrown away.
SURROUNDINGS = {
    "SECRET_KEY": "a key for measuring only, never used by a running service",
    "FIELD_KEYS": "k1:" + base64.urlsafe_b64encode(b"1" * 32).decode(),
    "DIGEST_KEY": base64.urlsafe_b64encode(b"d" * 32).decode(),
    "CERTIFICATE_KEYS": "c1:" + base64.urlsafe_b64encode(b"c" * 32).decode(),
    "ALLOWED_HOSTS": "127.0.0.1",
    "SMS_BACKEND": "http",
    "SMS_GATEWAY_URL": "http://127.0.0.1:9/",
    "SQLITE_ACCEPTED": "1",
    "TRUSTED_PROXY_COUNT": "1",
    "REDIS_URL": "",
}
