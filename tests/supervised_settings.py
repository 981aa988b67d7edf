"""The smallest site `make run`'s supervisor can serve: its tests do not wait for the portal."""

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from environs import Env

env = Env()
VAR_DIR = Path(env.str("VAR_DIR"))
ROOT_URLCONF = __name__
INSTALLED_APPS = ["django.contrib.staticfiles"]
DATABASES = {"default": env.dj_db_url("DATABASE_URL")}
REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = f"{REDIS_URL}/0"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
DEMONSTRATION = False
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
USE_TZ = True


def hello(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("bonjour")


urlpatterns = [path("", hello), path("healthz", hello)]
