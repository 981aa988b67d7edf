"""Two administrators who leave at once: one stays, whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from enrolment.actions.members import LastAdministratorError, NotAdministratorError, remove_member
from enrolment.models import Membership
from tests.builders import SIRET
from tests.factories import a_member, a_supplier

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]
REFUSED = (LastAdministratorError, NotAdministratorError, IntegrityError)


def run_both(deed: Callable[[Membership], None]) -> list[str]:
    """Each membership's deed in its own thread and connection, started together."""
    start, results = Barrier(2, timeout=60), []

    def play(membership: Membership) -> None:
        try:
            start.wait()
            deed(membership)
            results.append("done")
        except REFUSED:
            results.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=play, args=(one,)) for one in Membership.objects.order_by("pk")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.fixture(autouse=True)
def _two_administrators() -> None:
    supplier = a_supplier(SIRET)
    for email in ("une@exemple.fr", "deux@exemple.fr"):
        a_member(supplier, email=email)


def test_each_removes_themselves() -> None:
    """Through the deed: the second is told to name another first."""
    results = run_both(lambda one: remove_member(one, actor=one.user))
    assert results == ["done", "refused"]
    assert Membership.objects.administrators().count() == 1


def test_each_is_demoted_by_plain_sql() -> None:
    """Past every check of ours: the database itself refuses the second."""
    ready = Barrier(2, timeout=60)

    def demote(membership: Membership) -> None:
        with transaction.atomic():
            Membership.objects.filter(pk=membership.pk).update(is_administrator=False)
            ready.wait()  # both have written before either transaction ends

    assert run_both(demote) == ["done", "refused"]
    assert Membership.objects.administrators().count() == 1
