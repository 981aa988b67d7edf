"""Building the whole demonstration, or nothing: one transaction, the same result each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from funding.documents import one_child
from funding.models import Deposit
from orders.models import BaseImport
from segur_portal.common import clock
from segur_portal.common.models import StoredFile
from segur_portal.common.programme import load_programme

from .balances import Balances
from .bases import Bases
from .briefcase import write_trust
from .exchanges import Exchanges
from .history import History
from .incidents import Incidents
from .paydays import Paydays
from .people import morning, put_in_place
from .population import FULL, QUICK, Size
from .samples import SampleSizes, write_samples
from .scene import Scene
from .story import Story
from .world import SEED, build_population

# A day when every window of every scheme is open.
PORTAL_DAY = date(2026, 9, 15)
_APPS = ("common", "enrolment", "orders", "pilots", "funding", "account", "sessions", "admin")
Say = Callable[[str], None]


class NotADemonstrationError(Exception):
    """Demonstration data are asked for where there may be real ones; the message is in French."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a demonstration is."""

    people: Size
    divide: int
    samples: SampleSizes = field(default_factory=SampleSizes)


WHOLE = Scale(FULL, 1)
SMALL = Scale(QUICK, 2, SampleSizes(12, 2, 3, 2))


def is_loaded() -> bool:
    """Whether the portal already holds data of any kind."""
    return Deposit.objects.exists() or BaseImport.objects.exists()


def load_demonstration(scale: Scale = WHOLE, *, seed: int = SEED, say: Say = print) -> None:
    """Replace every row by the demonstration, and write its sample files.

    All in one transaction: an interruption leaves what there was. Raises NotADemonstrationError
    outside demonstration mode.
    """
    if not settings.DEMONSTRATION:
        raise NotADemonstrationError(
            "Les données de démonstration remplacent toutes les autres : elles ne se chargent "
            "qu’en mode démonstration (DEMONSTRATION=true)."
        )
    with transaction.atomic():
        obsolete = [*StoredFile.objects.values_list("content", flat=True)]
        _empty_tables()
        load_programme()
        _build(scale, seed, say)
        # Every deposit was treated here: no worker is to be woken.
        connection.run_on_commit = []
    for name in obsolete:
        default_storage.delete(name)


def _build(scale: Scale, seed: int, say: Say) -> None:
    now = morning(PORTAL_DAY, 9)
    population = build_population(scale.people, seed)
    say(f"  {population.count} clients éligibles, fournisseurs, comptes…")
    scene = Scene(put_in_place(), population, seed)
    write_trust(settings.VAR_DIR / "demo")
    story = Story(end=now)
    history = History(scene, story, divide=scale.divide)
    Bases(population, story).tell()
    history.tell()
    Balances(scene, story, history.lives, divide=scale.divide).tell()
    Incidents(scene, story).tell(now)
    Paydays(scene.cast, story).tell()
    Exchanges(scene.cast, story).tell()
    with one_child():
        story.play()
    say(f"  {Deposit.objects.count()} dépôts, fichiers d’exemple…")
    with clock.frozen_at(now):
        write_samples(scene, settings.VAR_DIR / "demo", scale.samples)
    clock.move_to(now)


def _empty_tables() -> None:
    """Everything the portal writes; numbers start again from 1."""
    tables = [
        connection.ops.quote_name(model._meta.db_table)
        for label in _APPS
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
