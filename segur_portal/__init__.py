"""The portal. Loaded with the package, so that tasks are sent through the portal's own broker."""

from segur_portal.celery import app as celery_app

__all__ = ["celery_app"]
