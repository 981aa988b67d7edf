"""Settings shared by every environment; what differs is read from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pgtrigger
from csp.constants import NONCE, NONE, SELF
from environs import Env

from .admin import LOCALE_PATHS, UNFOLD  # noqa: F401
from .schedule import BEAT_SCHEDULE

env = Env()

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

SECRET_KEY = env.str("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

# In demonstration mode the portal's date can be moved and the demonstration accounts exist.
DEMONSTRATION = env.bool("DEMONSTRATION", False)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "segur_portal.admin_site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "segur_portal.proconnect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "widget_tweaks",
    "dsfr",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "segur_portal.common",
    "enrolment",
    "orders",
    "pilots",
    "funding",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "segur_portal.common.sessions.PrivatePagesMiddleware",
    "segur_portal.common.sessions.SessionLimitMiddleware",
    "segur_portal.common.doors.MandatoryMfaMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "segur_portal.urls"
WSGI_APPLICATION = "segur_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "segur_portal.common.typography.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "enrolment.context.portal",
            ],
        },
    },
]

# ---------------------------------------------------------------- data stores
DATABASES = {"default": env.dj_db_url("DATABASE_URL", "postgresql://localhost/segur")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", f"{REDIS_URL}/1"),
    },
    # Pages of signed documents drawn for those who look at them: on disk, for a day at most.
    "pages": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": env.str("PAGES_CACHE_DIR", str(VAR_DIR / "pages")),
        "TIMEOUT": 86_400,
        "OPTIONS": {"MAX_ENTRIES": env.int("PAGES_CACHE_ENTRIES", 2_000)},
    },
}

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "files")))
PRIVATE_STORAGE: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
}
if env.str("S3_BUCKET", ""):
    PRIVATE_STORAGE = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", None),
            "access_key": env.str("S3_ACCESS_KEY", None),
            "secret_key": env.str("S3_SECRET_KEY", None),
            "region_name": env.str("S3_REGION", "eu-west-3"),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 60,
            "file_overwrite": False,
            "object_parameters": (
                {"ServerSideEncryption": env.str("S3_ENCRYPTION")}
                if env.str("S3_ENCRYPTION", "")
                else {}
            ),
        },
    }
# Where the eligible-clients base is dropped for the nightly import: a folder of the machine, or a
# prefix of the same bucket when there is one and no folder is named.
ELIGIBLE_BASE_DROP_DIR = Path(
    env.str("ELIGIBLE_BASE_DROP_DIR", str(VAR_DIR / "drop" / "eligible-clients"))
)
DROP_STORAGE: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": ELIGIBLE_BASE_DROP_DIR, "base_url": None},
}
if env.str("S3_BUCKET", "") and not env.str("ELIGIBLE_BASE_DROP_DIR", ""):
    prefix = env.str("ELIGIBLE_BASE_DROP_PREFIX", "drop/eligible-clients")
    DROP_STORAGE = {
        **PRIVATE_STORAGE,
        "OPTIONS": {**PRIVATE_STORAGE["OPTIONS"], "location": prefix},
    }
STORAGES = {
    "default": PRIVATE_STORAGE,
    "eligible-base-drop": DROP_STORAGE,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]

# ---------------------------------------------------------------- people
AUTH_USER_MODEL = "enrolment.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "enrolment.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Whoever holds an account is told of what changes its sign-in; the former address, of a new one.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Ségur Vague 2] "
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
# Beside allauth's own limits: how often an address may look companies up.
ACCOUNT_RATE_LIMITS = {"company_lookup": "30/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Portail Ségur Vague 2"
# A code typed as it changes, or a clock some seconds off, is still right (RFC 6238, section 5.2).
MFA_TOTP_TOLERANCE = 1
# Officers and ANS agents must hold a second factor.
MFA_MANDATORY_FOR_STAFF = not DEMONSTRATION
# Agents handle other people's money: a shorter rest ends their session.
SESSION_IDLE_STAFF = timedelta(minutes=env.int("SESSION_IDLE_STAFF_MINUTES", 30))
SESSION_IDLE = timedelta(minutes=env.int("SESSION_IDLE_MINUTES", 60))
SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_ABSOLUTE.total_seconds())
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# ---------------------------------------------------------------- agents' provider (ProConnect)
# An OpenID Connect provider for agents, offered on the sign-in page when the environment names it.
OIDC_ISSUER = env.str("OIDC_ISSUER", "")
OIDC_NAME = env.str("OIDC_NAME", "ProConnect")
OIDC_ACR_VALUES = env.str("OIDC_ACR_VALUES", "")
# The SIRET of the administrations whose agents may come in; empty: not checked.
OIDC_SIRETS: list[str] = env.list("OIDC_SIRETS", [])
# The provider only lets in addresses of its administrations: it need not say « email_verified ».
OIDC_TRUSTS_EMAIL = env.bool("OIDC_TRUSTS_EMAIL", False)
SOCIALACCOUNT_ADAPTER = "enrolment.adapters.AgentAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_PROVIDERS = (
    {
        "proconnect": {
            "APPS": [
                {
                    "provider_id": "proconnect",
                    "name": OIDC_NAME,
                    "client_id": env.str("OIDC_CLIENT_ID"),
                    "secret": env.str("OIDC_CLIENT_SECRET"),
                    "settings": {
                        "server_url": OIDC_ISSUER,
                        "oauth_pkce_enabled": True,
                        "scope": env.list(
                            "OIDC_SCOPES", ["openid", "given_name", "usual_name", "email", "siret"]
                        ),
                    },
                }
            ]
        }
    }
    if OIDC_ISSUER
    else {}
)

# ---------------------------------------------------------------- language and time
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# ---------------------------------------------------------------- browser security
_PROVIDER_ORIGINS = [urljoin(OIDC_ISSUER, "/").rstrip("/")] if OIDC_ISSUER else []
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        # DSFR sets inline style attributes from its own scripts.
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # The sign-in and sign-out forms of agents lead to their provider.
        "form-action": [SELF, *_PROVIDER_ORIGINS],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# ---------------------------------------------------------------- secrets kept at rest
# `id:64 hexadecimal digits`, by commas; the first encrypts, the others only read.
ENCRYPTION_KEYS = env.str("ENCRYPTION_KEYS", "")
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY", "")

# ---------------------------------------------------------------- background work
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", f"{REDIS_URL}/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_TASK_TIME_LIMIT = env.int("TASK_TIME_LIMIT", 300)
CELERY_TASK_SOFT_TIME_LIMIT = env.int("TASK_SOFT_TIME_LIMIT", 270)
# Django connections live as long as the worker's (measured: a third of the time of 100 batches).
CELERY_DB_REUSE_MAX = 1000
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.int("VISIBILITY_TIMEOUT", 600),
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "queue_order_strategy": "priority",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

# ---------------------------------------------------------------- antivirus
# `unix:/run/clamav/clamd.ctl` or `tcp:host:3310`; empty = files are recorded as not analysed.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "")
CLAMD_TIMEOUT = env.float("CLAMD_TIMEOUT", 30.0)
# Whether a file that no antivirus looked at stays closed.
ANTIVIRUS_REQUIRED = env.bool("ANTIVIRUS_REQUIRED", bool(CLAMD_ADDRESS))
# A file found clean is looked at again after so many days, with the signatures of then; 0: never.
ANTIVIRUS_RESCAN_DAYS = env.int("ANTIVIRUS_RESCAN_DAYS", 30)
# Downloads go through the portal; with S3, they may be sent to an address that lives 60 seconds.
SERVE_PRESIGNED = env.bool("SERVE_PRESIGNED", False)

# ---------------------------------------------------------------- limits of a deposit
DEPOSIT_JSON_MAX_BYTES = env.int("DEPOSIT_JSON_MAX_BYTES", 10 * 1024 * 1024)
DEPOSIT_ZIP_MAX_BYTES = env.int("DEPOSIT_ZIP_MAX_BYTES", 500 * 1024 * 1024)
DEPOSIT_ZIP_MAX_ENTRIES = env.int("DEPOSIT_ZIP_MAX_ENTRIES", 1_000)
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", 20 * 1024 * 1024)
# What reads a PDF received on screen, in whatever app it is.
PDF_READER = "funding.documents.soundness.faults_of"
DOCUMENT_MAX_PAGES = env.int("DOCUMENT_MAX_PAGES", 50)
# PEM files of the authorities whose signatures are « verified ».
SIGNATURE_TRUST_ROOTS: list[str] = env.list("SIGNATURE_TRUST_ROOTS", [])
# The portal's own seal on the papers that commit it: a PKCS#12 file (certificate and key).
SEAL_PKCS12 = env.str("SEAL_PKCS12", "")
SEAL_PASSPHRASE = env.str("SEAL_PASSPHRASE", "")
DEPOSIT_MAX_DEPTH = env.int("DEPOSIT_MAX_DEPTH", 20)
DEPOSIT_MAX_REQUESTS = env.int("DEPOSIT_MAX_REQUESTS", 200)
# A batch whose worker gave no sign of life for this long is started again by the sweeper.
DEPOSIT_STALE_AFTER = timedelta(seconds=env.int("DEPOSIT_STALE_AFTER_SECONDS", 60))
# Files already read past this size go to disk instead of memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# Tries of a verification code, by address and by hour.
VERIFICATION_RATE = env.int("VERIFICATION_RATE", 60)
# Supporting documents of enrolments.
ENROLMENT_FILE_MAX_BYTES = env.int("ENROLMENT_FILE_MAX_BYTES", 10 * 1024 * 1024)
ENROLMENT_FILE_MAX_PAGES = env.int("ENROLMENT_FILE_MAX_PAGES", 60)
SIMULATOR_RATE = env.str("SIMULATOR_RATE", "30/h")

# ---------------------------------------------------------------- public registers
REGISTRY_COMPANIES_URL = env.str(
    "REGISTRY_COMPANIES_URL", "https://recherche-entreprises.api.gouv.fr/search"
)
REGISTRY_ANNOUNCEMENTS_URL = env.str(
    "REGISTRY_ANNOUNCEMENTS_URL",
    "https://bodacc-datadila.opendatasoft.com/api/explore/v2.1/catalog/datasets/"
    "annonces-commerciales/records",
)
# Seconds a page may wait for a register, for its connection as for each part of its answer.
REGISTRY_TIMEOUT = env.float("REGISTRY_TIMEOUT", 3.0)
# ---------------------------------------------------------------- payments
# Who pays: the account that credit transfers are asked from.
_DEBTOR = {"name": "Agence de services et de paiement", "iban": "", "bic": "", "town": "LIMOGES"}
PAYMENT_DEBTOR = {
    key: env.str(f"PAYMENT_DEBTOR_{key.upper()}", usual)
    for key, usual in {**_DEBTOR, "country": "FR"}.items()
}

# ---------------------------------------------------------------- mail, logs
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Portail Ségur <ne-pas-repondre@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 15)
# The address of the portal that mails and PDFs name: the first origin people type, if any.
PORTAL_URL = env.str(
    "PORTAL_URL", next(iter(CSRF_TRUSTED_ORIGINS), f"http://localhost:{env.int('PORT', 8000)}")
)
# Who answers the contact form, and how many messages an address may send in an hour.
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", "assistance@localhost")
CONTACT_RATE = env.int("CONTACT_RATE", 5)
EMAIL_SUBJECT_PREFIX = "[Ségur Vague 2] "
# Who is told of what needs a hand behind the scenes, besides the officers concerned.
ADMIN_ADDRESSES: list[str] = env.list("ADMINS", [])
ADMINS = [("", address) for address in ADMIN_ADDRESSES]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    # Libraries that tell each of their steps.
    "loggers": {
        name: {"level": "WARNING"} for name in ("fontTools", "pikepdf", "weasyprint.progress")
    },
}

# ---------------------------------------------------------------- libraries
# One history statement per bulk write, instead of one per row.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Portail Ségur Vague 2",
    "VERSION": "1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {},
}
# Calls by key and by minute: readings, and files sent.
API_RATES = {
    "read": env.str("API_READ_RATE", "300/min"),
    "write": env.str("API_WRITE_RATE", "30/min"),
}
DSFR_USE_INTEGRITY_CHECKSUMS = True
