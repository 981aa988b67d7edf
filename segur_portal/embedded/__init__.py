"""PostgreSQL and Valkey from wheels: nothing to install beside Python, nothing left running.

One *guardian* process owns both services of a folder. Whoever uses them holds a shared `flock`
on that folder; when the last holder is gone, however it ended, the guardian stops them. The
kernel releases the locks, so no pid file can lie: see `guardian` and `instance`.

This package starts before Django's settings exist and must not import Django at the top.
"""

from .instance import ensure_services, throwaway_services

__all__ = ["ensure_services", "throwaway_services"]
