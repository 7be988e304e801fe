"""Settings of the web application: those of the store, and what pages and sign-in need. All from the environment.

EVISYNTH_SECRET_KEY    signs sessions; `evisynth serve` makes one and keeps it beside the database
EVISYNTH_HOSTS         names under which the site is reached, with commas between; this machine alone when unset
EVISYNTH_HTTPS         "yes" where a proxy in front speaks HTTPS: cookies are then sent over it alone
EVISYNTH_PROXIES       how many proxies stand in front and add to X-Forwarded-For; 1 with HTTPS, else 0 when unset
EVISYNTH_IDLE_MINUTES  who does nothing for so long is signed out; 720 when unset
EVISYNTH_SIGNUP        "open" lets anybody make an account; otherwise an invitation is needed
EVISYNTH_EMAIL         smtp://user:password@host:port (smtps: for TLS from the start); unset: letters go to the log
EVISYNTH_EMAIL_FROM    the sender of letters
EVISYNTH_OIDC          a JSON list of OpenID Connect providers: id, name, server, client, secret
"""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from evisynth.settings import (
    AUTH_USER_MODEL,
    DATABASES,
    DEFAULT_AUTO_FIELD,
    TIME_ZONE,
    USE_TZ,
)
from evisynth.settings import (
    INSTALLED_APPS as STORE_APPS,
)

__all__ = ["AUTH_USER_MODEL", "DATABASES", "DEFAULT_AUTO_FIELD", "TIME_ZONE", "USE_TZ"]

HERE = Path(__file__).parent
HTTPS = os.environ.get("EVISYNTH_HTTPS", "").lower() in {"1", "yes", "true"}
PROXIES = int(os.environ.get("EVISYNTH_PROXIES") or HTTPS)
IDLE_SECONDS = 60 * int(os.environ.get("EVISYNTH_IDLE_MINUTES") or 720)
DEBUG = False
SECRET_KEY = os.environ.get("EVISYNTH_SECRET_KEY") or secrets.token_urlsafe(50)
ALLOWED_HOSTS = [
    host.strip() for host in os.environ.get("EVISYNTH_HOSTS", "").split(",") if host.strip()
] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *STORE_APPS,
    "evisynth.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "evisynth.web.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "evisynth.web.accounts.idle.idle_timeout",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "evisynth.web.middleware.NoNull",
    "evisynth.web.middleware.DenyByDefault",
]
ROOT_URLCONF = "evisynth.web.urls"
WSGI_APPLICATION = "evisynth.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "evisynth.web.context.of_every_page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300  # a new version is seen soon

# Limits of rates are counted here, by all processes together; they hold after a restart.
CACHES = {
    "default": {
        "BACKEND": "evisynth.web.counting.CountedCache",
        "LOCATION": "store_counted",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
USE_I18N = False
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
LARGEST_UPLOAD = 500 * 2**20  # of one file
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_NUMBER_FILES = 200

# ------------------------------------------------------------------ who signs in, and how

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_RESET_TIMEOUT = 24 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my-work"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "evisynth.web.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "evisynth.web.accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "evisynth.web.accounts.forms.NameForm"
ACCOUNT_EMAIL_VERIFICATION = "optional" if os.environ.get("EVISYNTH_EMAIL") else "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SIGNUP_OPEN = os.environ.get("EVISYNTH_SIGNUP", "") == "open"
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Evisynth"
MFA_ALLOW_UNVERIFIED_EMAIL = not os.environ.get("EVISYNTH_EMAIL")  # nobody can verify one without letters
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": provider["id"],
                "name": provider["name"],
                "client_id": provider["client"],
                "secret": provider["secret"],
                "settings": {"server_url": provider["server"]},
            }
            for provider in json.loads(os.environ.get("EVISYNTH_OIDC") or "[]")
        ],
    }
}

# ------------------------------------------------------------------ cookies, headers

SESSION_ENGINE = "evisynth.web.accounts.sessions"
SESSION_COOKIE_NAME = "evisynth"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "evisynth.web.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"

# ------------------------------------------------------------------ letters

EMAIL_SUBJECT_PREFIX = "[Evisynth] "
DEFAULT_FROM_EMAIL = os.environ.get("EVISYNTH_EMAIL_FROM", "evisynth@localhost")
_mail = urlsplit(os.environ.get("EVISYNTH_EMAIL", ""))
SENDS_MAIL = bool(_mail.scheme)
if SENDS_MAIL:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp" and bool(EMAIL_HOST_USER)
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "evisynth.web.log.OneLine", "format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"evisynth": {"level": "INFO"}, "waitress.queue": {"level": "ERROR"},  # it warns of each short queue
                "django.security.DisallowedHost": {"level": "ERROR"}},
}  # fmt: skip
