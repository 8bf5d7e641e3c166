"""One settings file; everything that differs between places comes from the environment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from geo.cities import load_city

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
STATE_DIR = Path(os.environ.get("ASCULT_STATE", ROOT / ".ascult"))


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in the ignored state folder."""
    given = os.environ.get("SECRET_KEY")
    if given:
        return given
    kept = STATE_DIR / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(secrets.token_urlsafe(50), encoding="ascii")
        kept.chmod(0o600)
    return kept.read_text(encoding="ascii")


def _database(url: str) -> dict[str, object]:
    parts = {k: v for k, v in conninfo_to_dict(url).items() if v is not None}
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # dates are read back as ISO text, whatever the server or the environment prefers
        "OPTIONS": {"connect_timeout": 2, **parts, "options": f"{parts.get('options', '')} -c datestyle=ISO".strip()},
    }


CITY = load_city(FIXTURES / "cities" / f"{os.environ.get('ASCULT_CITY', 'timisoara')}.toml")

# Tests and CI ask nothing from outside: with the base map off, outlines and names still show.
BASE_MAP_ON = _flag("BASE_MAP", default=True)

SECRET_KEY = _secret_key()
DEBUG = _flag("DEBUG")
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL", f"postgresql:///ascult_{CITY.slug}"))}
# web or mail: connect as that role of the database (web.roles), which may do less than the owner; empty: as given.
if DATABASE_ROLE := os.environ.get("DATABASE_ROLE", ""):
    DATABASES["default"]["USER"] = f"{DATABASES['default']['NAME']}_{DATABASE_ROLE}"

INSTALLED_APPS = [
    "web.administration.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "leaflet",
    "django_htmx",
    "procrastinate.contrib.django",
    "neighborhoods",
    "issues",
    "participation",
    "analytics",
    "web",
]

MIDDLEWARE = [
    "web.api.middleware.ApiMiddleware",
    "web.api.open311.middleware.Open311Middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads what it packs, so that its length tells no secret (BREACH)
    "web.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "web.access.AccessMiddleware",
]

ROOT_URLCONF = "web.urls"
WSGI_APPLICATION = "web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "web.context.city",
            ]
        },
    }
]

AUTH_USER_MODEL = "neighborhoods.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
X_FRAME_OPTIONS = "SAMEORIGIN"

# How many proxies of ours stand before this process; they tell the sender's address (X-Forwarded-For).
PROXIES = int(os.environ.get("PROXIES", "0"))
# Reports an hour from one address block; 0 leaves it to the city's file. Drills and imports over the web raise it.
REPORTS_PER_HOUR = int(os.environ.get("ASCULT_REPORTS_PER_HOUR", "0"))
# So many times the usual limits of the API. Drills that ask more than any client would raise it.
API_LIMITS_TIMES = int(os.environ.get("ASCULT_API_LIMITS_TIMES", "1"))
# Webhooks go out over https alone; drills on one machine send them over http too. Never to private addresses.
HOOKS_OVER_HTTP = _flag("ASCULT_HOOKS_OVER_HTTP")
REST_FRAMEWORK = {"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema", "UNAUTHENTICATED_USER": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ascult",
    "DESCRIPTION": "What residents of a city say, and what it means: public data only, no account needed to read.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "State": "issues.models.issues.STATES",
        "Precision": "issues.models.issues.PRECISIONS",
    },
    "APPEND_COMPONENTS": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    "SECURITY": [{}, {"key": []}],
}
# A form is text; photos come one by one and are counted while they are read (issues.pictures.LARGEST).
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS = ["web.uploads.ShortFiles"]  # photos as sent never touch the disk
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 6

# Links in mails are whole addresses. Without a mail server, mails are files in the state folder, for demos; they are
# deleted as sent notices are (neighborhoods.mail_files).
SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Ascult <ascult@localhost>")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_FILE_PATH = STATE_DIR / "mail"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"

LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "moderation"
# Accounts are kept by django-allauth (web.accounts); nobody signs up, staff need a second factor.
AUTHENTICATION_BACKENDS = ["web.accounts.AdministratorBackend"]
ACCOUNT_ADAPTER = "web.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_RATE_LIMITS = False  # wrong passwords and codes are counted in one place (neighborhoods.wrong_passwords)
MFA_ADAPTER = "web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "web.codes.SignInForm",
    "reauthenticate": "web.codes.AgainForm",
    "activate_totp": "web.codes.SetUpForm",
}
MFA_TOTP_TOLERANCE = 1  # phones are up to half a minute off
# One code opens one session, whichever process was asked.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "neighborhoods_cache"}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

USE_TZ = True
TIME_ZONE = CITY.time_zone
USE_I18N = True
LANGUAGE_CODE = CITY.languages[0]
LANGUAGES = [(code, name) for code, name in [("ro", _("Romanian")), ("en", _("English"))] if code in CITY.languages]
LOCALE_PATHS = [ROOT / "web" / "locale"]
LANGUAGE_COOKIE_NAME = "ascult_language"

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
MEDIA_ROOT = STATE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# Collected files are served packed; where nothing was collected (tests), each comes from where it lies.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "ascult").is_dir()
WHITENOISE_MAX_AGE = 3600

# gis.W001 warns of hostile spatial references where GDAL is older than 3.9: we take none from the public. Vector files
# are read by an operator's command alone, and points arrive as two numbers.
SILENCED_SYSTEM_CHECKS = ["gis.W001"]

# One hand for long work, one for mail, one for webhooks (web/tasks.py gives each one lock); one is always free.
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 4}

# Rendering a map or a report reads the last finished Run; a request never computes one.
REPORTS_DIR = ROOT / "reports"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_secrets": {"()": "web.logs.WithoutSecrets"}},
    "formatters": {"lines": {"()": "web.logs.Lines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["without_secrets"], "formatter": "lines"}},
    # Otherwise the web server writes by itself what failed, with the whole address and all that the failure says.
    "loggers": {"gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
