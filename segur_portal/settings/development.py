"""A developer's machine and `make run`: demonstration mode, embedded services."""

from .base import *
from .base import PAYMENT_DEBTOR, VAR_DIR, env

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "development-only-never-used-in-production-0123456789abcdef")
ENCRYPTION_KEYS = env.str("ENCRYPTION_KEYS", f"development:{'d0' * 32}")
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY", "development-only-never-used-in-production")
DEMONSTRATION = env.bool("DEMONSTRATION", True)
MFA_MANDATORY_FOR_STAFF = not DEMONSTRATION
# Mails become files; a page of the demonstration shows them.
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mails"
# A seal of no value, which `load_demo` makes.
SEAL_PKCS12 = env.str("SEAL_PKCS12", str(VAR_DIR / "cachet-de-demonstration.p12"))
# A treasury account made up for the demonstration: its keys are right, nobody holds it.
PAYMENT_DEBTOR = {**PAYMENT_DEBTOR, "iban": "FR7610071750000000100012302", "bic": "TRPUFRP1"}
