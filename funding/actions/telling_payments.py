"""Telling suppliers what the bank did with their transfers: never one notice for each of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.urls import reverse

from enrolment.models import Membership
from funding.models import Payment
from funding.remittance import reason_in_words
from segur_portal.common import clock
from segur_portal.common.french import count, spaced
from segur_portal.common.models import NoticeKind
from segur_portal.common.money import ZERO, in_french
from segur_portal.common.notices import News, notify_all

_NAMED = 20
_WORDS = {
    "reject": ("rejeté par la banque", "rejetés par la banque"),
    "return": ("retourné par la banque", "retournés par la banque"),
}


def tell_settled(done: Mapping[str, Sequence[Payment]]) -> None:
    """What the bank paid, rejected and gave back. All is told at once, so that two files recorded
    at the same time never wait for one another's readers."""
    settled = [one for found in done.values() for one in found]
    news = [*_paid(settled)]
    for name in _WORDS:
        news += _refused(name, done.get(name, ()))
    notify_all(news, kind=NoticeKind.PAYMENT)


def _paid(payments: Iterable[Payment]) -> Iterator[News]:
    """Once the bank has answered on all the transfers of a supplier in a run: what it was paid."""
    runs = {(one.run_id, one.supplier_id) for one in payments}
    for run, supplier in sorted(runs):
        own = Payment.objects.filter(run=run, supplier=supplier).order_by("pk")
        paid = list(own.filter(state="paid").select_related("run"))
        if not paid or own.filter(state="sent").exists():
            continue
        total = in_french(sum((one.amount for one in paid), ZERO))
        title = f"{count(len(paid), 'virement')} de l’ASP : {total}"
        body = f"{paid[0].run.number}, vers votre compte. Le détail est sur la page Paiements."
        yield from _news(supplier, title, body, reverse("payment_list"), f"paid-{run}-{supplier}")


def _refused(name: str, payments: Iterable[Payment]) -> Iterator[News]:
    """What was rejected (`reject`) or came back (`return`), with the bank's reason: one notice for
    each run, supplier and reason."""
    groups: dict[tuple[int, int, str, bool], list[Payment]] = {}
    for one in payments:
        group = (one.run_id, one.supplier_id, one.bank_code, one.is_account_refused)
        groups.setdefault(group, []).append(one)
    for (run, supplier, code, is_account), found in sorted(groups.items()):
        title, body = _refusal(name, code, is_account, found)
        page = reverse("bank_details" if is_account else "payment_list")
        yield from _news(supplier, title, body, page, f"{name}-{run}-{supplier}-{found[0].pk}")


def _refusal(
    name: str, code: str, is_account: bool, payments: Sequence[Payment]
) -> tuple[str, str]:
    words = _WORDS[name][len(payments) > 1]
    total = in_french(sum((one.amount for one in payments), ZERO))
    why = reason_in_words(code) or ("compte en cause" if is_account else "motif non précisé")
    lines = [f"Motif de la banque : {why}."]
    if is_account:
        lines.append(
            "Changez vos coordonnées bancaires : aucun virement ne repart vers ce compte avant que "
            "de nouvelles soient en vigueur."
        )
    lines += [f"– {one.request.number} : {in_french(one.amount)}" for one in payments[:_NAMED]]
    if (left := len(payments) - _NAMED) > 0:
        lines.append(f"– et {count(left, 'autre')}")
    return f"{count(len(payments), 'virement')} {words} : {total}", "\n".join(lines)


def _news(supplier: int, title: str, body: str, page: str, key: str) -> Iterator[News]:
    rows = Membership.objects.in_force(clock.today()).filter(supplier=supplier)
    for one in rows.select_related("user").order_by("pk"):
        yield News(one.user, spaced(title), spaced(body), page, key)
