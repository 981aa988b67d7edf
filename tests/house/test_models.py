"""The database refuses what must never happen; a model without a constraint says why."""

from __future__ import annotations

import re

from django.apps import apps
from django.db import models

from tests.house.sources import APPS

OWN = {app.removeprefix("segur_portal") or "common" for app in APPS} | {"common"}
# Nothing about one row alone can be wrong.
FREE: dict[str, str] = {}
FRENCH_WORD = re.compile(r"[a-zà-ÿ]")


def _own_models() -> list[type[models.Model]]:
    """Our models; the tables of their history are pghistory's."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN and not hasattr(model, "pgh_tracked_model")
    ]


def _is_guarded(model: type[models.Model]) -> bool:
    own_uniques = (field for field in model._meta.local_fields if field.unique)
    return bool(model._meta.constraints) or any(not field.primary_key for field in own_uniques)


def test_every_model_has_a_constraint_or_says_why_not() -> None:
    """A unique field or a named constraint: the last guard, even against raw SQL."""
    unguarded = {model._meta.label for model in _own_models() if not _is_guarded(model)}
    assert unguarded == set(FREE)


def test_models_and_fields_are_named_in_french() -> None:
    """What an officer reads in the administration is not the code's name."""
    found = set()
    for model in _own_models():
        if str(model._meta.verbose_name) == model._meta.object_name:
            found.add(model._meta.label)
        for field in model._meta.local_fields:
            default = field.name.replace("_", " ")
            if field.verbose_name == default and not field.auto_created and "_" in field.name:
                found.add(f"{model._meta.label}.{field.name}")
    assert not found


# What needs no history of its own, and why.
UNTRACKED = {
    "common.AuditSeal": "append-only, by a trigger",
    "common.ClockShift": "of the demonstration",
    "common.FileDeletion": "itself the record of a deletion; sealed",
    "common.IssuedDocument": "frozen when issued; sealed",
    "common.JournalEntry": "a trace itself, sealed with the history",
    "common.Notification": "news, not a fact of the programme",
    "common.NotificationPreference": "a taste, not a fact of the programme",
    "common.OutgoingMail": "keeps its own tries and answers",
    "common.ProgrammeSnapshot": "named by the digest of its content",
    "funding.LedgerEntry": "append-only, by a trigger; sealed",
    "funding.RequestRevision": "append-only, by a trigger; sealed",
    "funding.SimulationLog": "a log: written, never read back as a fact",
    "orders.EligibleClient": "versioned rows; the files of the imports are kept",
}


def test_every_business_model_is_in_the_audit_trail() -> None:
    """Each change of each business row is recorded by the database, or the table says why not."""
    tracked = {
        model.pgh_tracked_model._meta.label
        for model in apps.get_models()
        if hasattr(model, "pgh_tracked_model")
    }
    assert {one._meta.label for one in _own_models()} - tracked == set(UNTRACKED)
