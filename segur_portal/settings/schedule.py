"""What the portal does by itself, and when: each task is tried again at its next turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "warn of documents, mandates and habilitations that end": {
        "task": "enrolment.warn_expiries",
        "schedule": crontab(hour="6", minute="15"),
    },
    "analyse the files that wait for the antivirus": {
        "task": "common.scan_waiting",
        "schedule": timedelta(minutes=1),
    },
    "analyse again the files found clean long ago": {
        "task": "common.scan_again",
        "schedule": timedelta(minutes=10),
    },
    "tell of documents found infected after their verdict": {
        "task": "funding.follow_antivirus",
        "schedule": timedelta(minutes=1),
    },
    "delete the files whose period is over": {
        "task": "funding.purge_files",
        "schedule": crontab(hour="3", minute="30"),
    },
    "render forgotten documents": {
        "task": "portal.render_waiting",
        "schedule": timedelta(minutes=1),
    },
    # A sweep that waited behind a long queue is worth nothing: the next one does its work.
    "sweep forgotten deposits": {
        "task": "funding.sweep",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "release or cancel what waits for a RIS request": {
        "task": "funding.sweep_holds",
        "schedule": crontab(minute="10"),
    },
    # After midnight, once the day's last transactions are over.
    "seal the traces of the day before": {
        "task": "common.seal_audit",
        "schedule": crontab(hour="1", minute="15"),
    },
    # Before the morning's summaries, which carry them.
    "recall the deadlines": {
        "task": "funding.remind_deadlines",
        "schedule": crontab(hour="6", minute="30"),
    },
    "issue the statements of the month": {
        "task": "funding.issue_statements",
        # Every day: what a stopped portal did not issue on the first is issued when it runs again.
        "schedule": crontab(hour="5", minute="0"),
    },
    "close the answers of disputes": {
        "task": "funding.close_disputes",
        "schedule": crontab(hour="0", minute="20"),
    },
    "read forgotten layouts": {
        "task": "portal.read_waiting_layouts",
        "schedule": timedelta(minutes=2),
    },
    "issue the blank models": {
        "task": "portal.issue_models",
        "schedule": timedelta(minutes=2),
    },
    "import the eligible-clients base": {
        "task": "orders.import_nightly",
        "schedule": crontab(hour="2", minute="30"),
    },
    # The row is the queue here too: what an upload or a killed worker left is taken up.
    "import the bases that wait": {
        "task": "orders.import_waiting",
        "schedule": timedelta(minutes=1),
    },
    "check that the base was imported": {
        "task": "orders.check_last_import",
        "schedule": crontab(hour="7", minute="0"),
    },
    "read the identities of suppliers": {
        "task": "enrolment.verify_identities",
        "schedule": timedelta(hours=1),
    },
    "send waiting mails": {"task": "common.sweep_mails", "schedule": timedelta(minutes=1)},
    "send the morning's summaries": {
        "task": "common.send_digests",
        "schedule": crontab(hour="7", minute="30"),
    },
    "flag requests after a new version of the base": {
        "task": "funding.follow_base",
        "schedule": timedelta(minutes=1),
    },
    # Officers' overrides begin and end with the day.
    "flag requests whose client left the base": {
        "task": "funding.flag_left_clients",
        "schedule": crontab(hour="4", minute="0"),
    },
}
