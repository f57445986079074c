"""All settings, from the environment. `manage.py check` names what is missing; README.md lists the variables.

Without DATABASE_URL the project stands on its embedded PostgreSQL and is a demo: for trying, developing and tests only.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
import pghistory
from django.utils.csp import CSP

from strongcities import demo, logs, postgres
from strongcities.environment import env, env_bool, env_int, env_list, env_one_of

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Which house this is ---------------------------------------------------------------------------------------------
DATABASE_URL = env("DATABASE_URL")
EMBEDDED = not DATABASE_URL
DEMO = env_bool("DEMO", default=EMBEDDED)
DEBUG = env_bool("DEBUG")
SITE_URL = env("SITE_URL", "http://localhost:8000" if DEMO else "").rstrip("/")
SECURE = SITE_URL.startswith("https://")
SECRET_KEY = env("SECRET_KEY") or (demo.secret_key(BASE_DIR) if DEMO else "")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ENCRYPTION_KEYS = env_list("ENCRYPTION_KEYS") or ([demo.encryption_key(BASE_DIR)] if DEMO else [])  # strongcities/sealed.py
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEMO else "")
CONTACT_MAIL = env("CONTACT_MAIL", "info@strongcitiesnetwork.org")

# --- What it is made of ----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "pages.apps.PagesConfig",
    "events.apps.EventsConfig",
    "hub.apps.HubConfig",
    "members.apps.MembersConfig",
    "strongcities.apps.StrongCitiesConfig",
    "strongcities.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # the templates of widgets, beside our own (strongcities/forms.py)
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "post_office",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "strongcities.health.HealthMiddleware",
    "strongcities.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "strongcities.headers.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "strongcities.headers.GZipMiddleware",  # a page of the hub is a tenth over the line; Django pads against BREACH
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "strongcities.faults.BadInputMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "strongcities.caching.PrivateMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "members.sessions.LastSeenMiddleware",
    "members.accounts.EvenMiddleware",
    "members.accounts.CodeMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "members.limits.LimitMiddleware",
    "members.accounts.FreshMiddleware",
    "strongcities.access.SecondFactorMiddleware",
    "strongcities.history.HistoryMiddleware",
]
ROOT_URLCONF = "strongcities.urls"
WSGI_APPLICATION = "strongcities.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "strongcities.site.context",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "strongcities.templatetags.house",
                "strongcities.templatetags.moments",
            ],
        },
    }
]
FORM_RENDERER = "strongcities.forms.FormRenderer"

# --- Database --------------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **dj_database_url.parse(DATABASE_URL or postgres.url(BASE_DIR), conn_max_age=60, conn_health_checks=True),
        "TEST": {"NAME": env("TEST_DATABASE", "test_strongcities")},
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# Counting facets sorts and hashes in memory: measured, 32 MB let it, PostgreSQL's 4 MB spill to disk.
# gunicorn.conf.py alone sets it, for pages: commands and the worker take as long as they take.
_SECONDS = env_int("STATEMENT_SECONDS", 0, least=0, most=600)
DATABASES["default"]["OPTIONS"].setdefault("options", f"-c work_mem=32MB -c jit=off -c statement_timeout={_SECONDS}s")
_CACHE = {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "strongcities_cache"}
CACHES = {"default": {**_CACHE, "OPTIONS": {"MAX_ENTRIES": 100_000}}}  # codes used up; Django's 300 are soon full
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")  # what a record was; its `events` are the network's

# --- Languages -------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["strongcities.formats"]
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"

# --- Files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT") or BASE_DIR / "staticfiles")
MEDIA_ROOT = Path(env("MEDIA_ROOT") or BASE_DIR / (".local/media" if DEMO else "media"))  # served by uploads.py and documents.py
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # what is kept is for the site's own eyes
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "strongcities.assets.HouseStorage"},
}

# --- Accounts --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["members.accounts.Backend"]
AUTH_PASSWORD_VALIDATORS = [{"NAME": f"members.passwords.{name}"} for name in ("Long", "Uncommon", "Unlike")]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:desk"
ACCOUNT_ADAPTER = "members.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # a browser left open must not be enough to take an account away
ACCOUNT_EMAIL_NOTIFICATIONS = True  # its owner hears of a new password, address or second factor
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_REDIRECT_URL = "pages:home"  # in the reader's language
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # ours count every door exactly and say when to come back (members/limits.py)
_FORMS: tuple[str, ...] = ("change_password", "login", "request_login_code", "reset_password", "reset_password_from_key", "set_password")
ACCOUNT_FORMS = {name: f"members.forms.account.{name.title().replace('_', '')}Form" for name in _FORMS}
MFA_ADAPTER = "members.second_step.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
_FORMS = ("activate_totp", "authenticate", *(f"{verb}_webauthn" for verb in ("add", "edit", "login", "authenticate", "reauthenticate")))
MFA_FORMS = {name: f"members.forms.account.{name.title().replace('_', '')}Form" for name in _FORMS}
MFA_TOTP_ISSUER = "Strong Cities Network"
SESSION_ENGINE = "members.sessions"
SOCIALACCOUNT_ADAPTER = "members.sign_on.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": "members.sign_on.CityProvider"}}

# --- Members ---------------------------------------------------------------------------------------------------------
# Days after which somebody is asked whether an official still stands for their city.
REVET_AFTER = env_int("REVET_AFTER", 730, least=1, most=36_500)

# --- Mail: every message is a row in the outbox first (strongcities/mail.py) -----------------------------------------
DEFAULT_FROM_EMAIL = env("MAIL_FROM") or f"Strong Cities Network <{CONTACT_MAIL}>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAILERS = {
    "default": {"BACKEND": "strongcities.mail.Outbox"},
    "delivery": {"BACKEND": "strongcities.mail.DemoDelivery"}
    if DEMO
    else {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env("MAIL_HOST"),
            "port": env_int("MAIL_PORT", 587, least=1, most=65_535),
            "username": env("MAIL_USER"),
            "password": env("MAIL_PASSWORD"),
            "use_tls": env_bool("MAIL_TLS", default=True),
            "timeout": 20,
        },
    },
}
POST_OFFICE = {
    "DEFAULT_MAILER": "delivery",
    "MAX_RETRIES": 8,
    "RETRY_INTERVAL": timedelta(minutes=10),
    "LOG_LEVEL": 1,
}

# --- Jobs ------------------------------------------------------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 4}  # a slow mail server holds up no other job
PROCRASTINATE_ON_APP_READY = "strongcities.jobs.on_app_ready"

# --- Safety ----------------------------------------------------------------------------------------------------------
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SECURE_SSL_REDIRECT = SECURE and env_bool("SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 63_072_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if env_bool("BEHIND_PROXY"):  # only then may a header say that the reader came over https
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # limits count readers by what the proxy saw, else all of them share one count
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "strongcities.faults.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SECURE else []
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- Logs: one JSON line an event, a request id, no personal data (strongcities/logs.py) -----------------------------
LOGGING = logs.configuration(
    level=env_one_of("LOG_LEVEL", logs.LEVELS, "INFO"),
    loggers={
        "django.server": {"handlers": [], "propagate": False},
        "django.request": {"level": "ERROR"},  # the request's own line tells of 4xx
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anybody can send any; answered with 400
        "procrastinate": {"level": "WARNING"},
        "post_office": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},  # else it brings its own
    },
)
