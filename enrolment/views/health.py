"""Whether the portal can work: read by the supervisor and the load balancer."""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database and the cache answer, 503 otherwise; says which, and nothing else."""
    services = {"database": _database_answers(), "cache": _cache_answers()}
    return JsonResponse(services, status=200 if all(services.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return False
    return True


def _cache_answers() -> bool:
    try:
        cache.get("healthz")
    except (RedisError, OSError):
        logger.exception("The cache does not answer")
        return False
    return True
