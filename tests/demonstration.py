"""The small demonstration, loaded once for a module of tests and then undone."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import override_settings

from enrolment.models import Supplier
from funding.actions import process_deposit, receive_deposit
from funding.demo.load import SMALL, load_demonstration
from funding.demo.organisations import BY_KEY
from funding.models import Deposit
from segur_portal.common import clock


@pytest.fixture(scope="module")
def demonstration(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """The demonstration's rows and, given back, the folder of its sample files."""
    folder = tmp_path_factory.mktemp("demonstration")
    with (
        django_db_blocker.unblock(),
        override_settings(DEMONSTRATION=True, VAR_DIR=folder, SIMULATOR_RATE="1000/h"),
        transaction.atomic(),
    ):
        load_demonstration(SMALL, say=lambda _: None)
        yield folder / "demo"
        transaction.set_rollback(True)
    clock.forget()


def deposited(path: Path, organisation: str) -> Deposit:
    """A file and its ZIP deposited by the first member of an organisation, and treated."""
    supplier = Supplier.objects.get(siret=BY_KEY[organisation].siret)
    membership = supplier.memberships.order_by("pk").first()
    assert membership
    archive = path.with_suffix(".zip")
    archives = [ContentFile(archive.read_bytes(), archive.name)] if archive.exists() else []
    deposit = receive_deposit(
        supplier=supplier,
        user=membership.user,
        content=BytesIO(path.read_bytes()),
        name=path.name,
        archives=archives,
    )
    assert process_deposit(deposit.pk)
    deposit.refresh_from_db()
    return deposit
