"""What holds in every environment. Values come from the environment; differences stand in dev, production and test."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))
SECRET_KEY = env("SECRET_KEY", default="")
FIELD_KEYS = env("FIELD_KEYS", default="")
FIELD_CIPHER = env("FIELD_CIPHER", default="aes-gcm")
FIELD_DIGEST = env("FIELD_DIGEST", default="hmac-sha256")
DIGEST_KEY = env("DIGEST_KEY", default="")
# Ed25519 seeds that sign certificates, the first one signs: c2:<urlsafe base64 of 32 bytes>,c1:<…>.
CERTIFICATE_KEYS = env("CERTIFICATE_KEYS", default="")
DEBUG = False
DEMO = False
# Production says yes: a process that serves citizens refuses to start with what lms.checks names.
SERVES_CITIZENS = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "lms",
    "courses",
    "cms",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.embeds",
    "wagtail.sites",
    "cms.apps.StaffOnlyUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "csp",
    "django_filters",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "courses.web.teach.screens.ScreenMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lms.logs.RequestLogMiddleware",
    "cms.middleware.ContentSecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "courses.web.account.middleware.DoorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "courses.web.errors.OwnNotAllowed",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
                "courses.web.appearance.appearance",
                "cms.context.official",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
_database["CONN_MAX_AGE"] = None
_database["ATOMIC_REQUESTS"] = False
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;",
    }
else:
    # The compiler of PostgreSQL takes seconds for a list that is put together from thirty queries, and saves nothing.
    # What a connection asks for the fifth time it has planned: a tenth of all time.
    _plain = {"server_side_binding": True, "prepare_threshold": 5, "options": "-c jit=off"}
    _database["OPTIONS"] = {**_plain, **_database.get("OPTIONS", {})}

REDIS_URL = env("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = (
    {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
        "moment": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
        "tries": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    }
    if REDIS_URL
    else {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "lms_cache"},
        "moment": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "moment"},
        # Bad codes of the last minute, counted by each process.
        "tries": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "tries",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        },
    }
)
# What live screens are told holds names, and so it leaves no process. Per lesson: a wall, a roster, what changed.
CACHES["screens"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "screens",
    "OPTIONS": {"MAX_ENTRIES": 2048},
}

CELERY_BROKER_URL = env("CELERY_BROKER_URL", default=REDIS_URL or "filesystem://localhost")
CELERY_FOLDER = DATA_DIR / "broker"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = env("MEDIA_URL", default="/media/")
# Pictures from another host are let in by name; scripts and styles never come from there.
MEDIA_ORIGIN = ["/".join(MEDIA_URL.split("/")[:3])] if MEDIA_URL.startswith("https://") else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA_DIR / "private"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
S3_BUCKET, S3_PRIVATE_BUCKET = env("S3_BUCKET", default=""), env("S3_PRIVATE_BUCKET", default="")
if S3_BUCKET or S3_PRIVATE_BUCKET:
    _store = {
        "endpoint_url": env("S3_ENDPOINT_URL", default=None),
        "region_name": env("S3_REGION", default=None),
        "access_key": env("S3_ACCESS_KEY", default=None),
        "secret_key": env("S3_SECRET_KEY", default=None),
        "addressing_style": env("S3_ADDRESSING", default="auto"),
        "file_overwrite": False,
    }
    STORAGES |= {
        "default": {"BACKEND": "lms.storage.PublicBucket", "OPTIONS": _store | {"bucket_name": S3_BUCKET}},
        "private": {"BACKEND": "lms.storage.PrivateBucket", "OPTIONS": _store | {"bucket_name": S3_PRIVATE_BUCKET}},
    }

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "courses.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my/"

ACCOUNT_ADAPTER = "courses.web.account.adapter.AccountAdapter"
# Staff by name and password; the learners' door proves a phone by itself (courses.people.accounts).
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/10m/key"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "潮线 Tideline"
MFA_ADAPTER = "courses.web.account.mfa.MFAAdapter"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
STAFF_IDLE_SECONDS = 30 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "courses.web.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", *MEDIA_ORIGIN],
        "style-src": [SELF],
        "script-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

WAGTAIL_SITE_NAME = "潮线 Tideline"
WAGTAILADMIN_BASE_URL = env("PUBLIC_ORIGIN", default="http://127.0.0.1:8000")
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILADMIN_LOGIN_URL = "/account/staff/"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
WAGTAIL_I18N_ENABLED = False
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_AUTOSAVE_INTERVAL = 3000
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "avif"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "cms.uploads.DocumentForm"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.uploads.ImageForm"
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.finish.publish_approved"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx", "csv", "txt", "zip"]
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# What a citizen hands in stays in memory until it is encrypted: nothing of it lies in a temporary folder.
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "courses.web.uploads.CitizenCap",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

SMS_BACKEND = env("SMS_BACKEND", default="console")
SMS_GATEWAY_URL = env("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env("SMS_GATEWAY_TOKEN", default="")
SMS_HOURLY_BREAKER = env.int("SMS_HOURLY_BREAKER", default=3000)
# All other messages: nobody's phone rings at night, nobody gets more a day, the city sends no more an hour.
SMS_QUIET_FROM, SMS_QUIET_UNTIL = env.int("SMS_QUIET_FROM", default=21), env.int("SMS_QUIET_UNTIL", default=8)
SMS_PERSON_DAILY = env.int("SMS_PERSON_DAILY", default=6)
SMS_HOURLY_BUDGET = env.int("SMS_HOURLY_BUDGET", default=3000)

# Without an address of a mail server nothing is sent by mail: a message that no phone takes stays on the site.
EMAIL_URL = env("EMAIL_URL", default="")
EMAIL_CARRIER = bool(EMAIL_URL)
vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
# A file outside the database, best on another host, to which each night's roots are appended; empty: none is kept.
LEDGER_ROOTS = env("LEDGER_ROOTS", default=str(DATA_DIR / "ledger-roots.txt"))
# The QR carries this origin; empty means the address that the projector page was opened with.
SCAN_ORIGIN = env("SCAN_ORIGIN", default="")
SCAN_CASE = env("SCAN_CASE", default="upper")
METRICS_TOKEN = env("METRICS_TOKEN", default="")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ENFORCE_SECOND_FACTOR = True

# Mobile numbers that the bureau itself makes public, digits only; the publish gate lets them pass.
PUBLIC_PHONES: list[str] = env.list("PUBLIC_PHONES", default=[])
NAMES_ITSELF = bool(env("OFFICIAL_BUREAU", default=""))
OFFICIAL = {
    "bureau": env("OFFICIAL_BUREAU", default="烟台市人力资源和社会保障局（示例）"),
    "bureau_short": env("OFFICIAL_BUREAU_SHORT", default="烟台市人社局（示例）"),
    # A bureau that names itself in Chinese alone stands so on English pages too, never under another's English name.
    "bureau_en": env(
        "OFFICIAL_BUREAU_EN",
        default="" if NAMES_ITSELF else "Yantai Human Resources and Social Security Bureau (example)",
    ),
    "bureau_short_en": env("OFFICIAL_BUREAU_SHORT_EN", default="" if NAMES_ITSELF else "Yantai HRSS Bureau (example)"),
}

LOGGERS: dict[str, dict[str, Any]] = {
    # Without the framework's own printer, which says everything a second time and does not redact.
    "django": {"level": "INFO"},
    "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    # It tells every glyph that it cuts.
    "fontTools": {"level": "WARNING"},
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "lms.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": LOGGERS,
}

SERVICE_NAME = _("潮线")
