"""Tests: throw-away PostgreSQL and Valkey of their own, unless the environment names others."""

import tempfile
from pathlib import Path

from segur_portal.embedded import throwaway_services

throwaway_services()

from .base import *  # noqa: E402
from .base import CACHES, PAYMENT_DEBTOR, env  # noqa: E402

SECRET_KEY = "test-only-secret-key-0123456789-0123456789-0123456789"
ENCRYPTION_KEYS = f"test:{'7e' * 32},former:{'5a' * 32}"
BLIND_INDEX_KEY = "test-only"
DEMONSTRATION = env.bool("DEMONSTRATION", False)
MFA_MANDATORY_FOR_STAFF = False
VAR_DIR = Path(env.str("VAR_DIR", tempfile.mkdtemp(prefix="segur-test-")))
MEDIA_ROOT = VAR_DIR / "files"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
    },
    "eligible-base-drop": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "drop", "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {**CACHES, "pages": {**CACHES["pages"], "LOCATION": str(VAR_DIR / "pages")}}
SEAL_PKCS12 = ""
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True
# No test asks the State's registers: nobody listens here, unless a test starts a server.
REGISTRY_COMPANIES_URL = "http://127.0.0.1:9/companies"
REGISTRY_ANNOUNCEMENTS_URL = "http://127.0.0.1:9/announcements"
PAYMENT_DEBTOR = {**PAYMENT_DEBTOR, "iban": "FR7610071750000000100012302", "bic": "TRPUFRP1"}
