"""A developer's machine and `make run`: demonstration mode, embedded services."""

from .base import *
from .base import env

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "development-only-never-used-in-production-0123456789abcdef")
DEMONSTRATION = env.bool("DEMONSTRATION", True)
MFA_MANDATORY_FOR_STAFF = not DEMONSTRATION
