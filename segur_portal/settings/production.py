"""Production: refuses to start with an insecure value."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import (
    ALLOWED_HOSTS,
    BLIND_INDEX_KEY,
    CLAMD_ADDRESS,
    DEMONSTRATION,
    ENCRYPTION_KEYS,
    SECRET_KEY,
    env,
)

REQUIRED = (
    "SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "ALLOWED_HOSTS",
    "ENCRYPTION_KEYS",
    "BLIND_INDEX_KEY",
)
for name in REQUIRED:
    if not env.str(name, ""):
        raise ImproperlyConfigured(f"{name} must be set in production.")
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("development-only"):
    raise ImproperlyConfigured("SECRET_KEY must be a random value of at least 50 characters.")
if ENCRYPTION_KEYS.startswith("development") or len(BLIND_INDEX_KEY) < 32:
    raise ImproperlyConfigured("ENCRYPTION_KEYS and BLIND_INDEX_KEY must be random values.")
if BLIND_INDEX_KEY.startswith("development-only"):
    raise ImproperlyConfigured("BLIND_INDEX_KEY must be a random value.")
if DEMONSTRATION:
    raise ImproperlyConfigured("DEMONSTRATION mode must never run in production.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts of the portal.")

if not CLAMD_ADDRESS and not env.bool("WITHOUT_ANTIVIRUS", False):
    raise ImproperlyConfigured(
        "CLAMD_ADDRESS must name the antivirus; WITHOUT_ANTIVIRUS=true says that there is none."
    )

DEBUG = False
MFA_MANDATORY_FOR_STAFF = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
if env.bool("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Attempts are limited by the address of the visitor, not by that of the proxy.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 1)
EMAIL_BACKEND = "segur_portal.common.smtp.AnsweringBackend"
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
