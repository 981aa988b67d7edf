"""What suppliers are told of their solutions' referencing, as ANS records it or takes it back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from enrolment.actions.reviews import members_of
from enrolment.models import Enrolment, ReferencingImport, Solution
from segur_portal.common.french import count, listed
from segur_portal.common.models import NoticeKind
from segur_portal.common.notices import notify

_TITLES = {
    "unreferenced": "{what} : référencement retiré par l’ANS",
    "undeclared": "{what} : déclaration de distributeur retirée par l’ANS",
}
_BODIES = {
    "unreferenced": "L’ANS a annulé la liste qui avait enregistré le référencement de {what}. Tant "
    "qu’il n’est pas enregistré de nouveau, une demande d’avance est KO (ENR-002), et un "
    "enrôlement anticipé ne peut pas devenir définitif. Rien de ce que vous avez déposé n’est "
    "effacé.",
    "undeclared": "L’ANS a annulé la liste qui vous déclarait distributeur de {what}. Tant que "
    "cette déclaration n’est pas enregistrée de nouveau, une demande d’avance est KO (ENR-003). "
    "Rien de ce que vous avez déposé n’est effacé.",
}


def tell_referenced(
    solution: Solution, *, import_: ReferencingImport | None = None, spelt_before: str = ""
) -> None:
    """Tell the suppliers whose early enrolment waits for it that a solution is referenced, by that
    list or by hand; `spelt_before` is the name that its editor gave it, where ANS's is another."""
    waiting = Enrolment.objects.filter(state="early", solutions=solution)
    spelling = (
        f" L’ANS l’écrit ainsi, et non « {spelt_before} » : nommez-la de même dans vos demandes."
        if spelt_before
        else ""
    )
    # A referencing taken back and recorded again is another piece of news.
    source = f"-{import_.pk}" if import_ is not None else ""
    for enrolment in waiting.select_related("supplier", "scheme").order_by("pk"):
        notify(
            users=members_of(enrolment.supplier_id),
            kind=NoticeKind.DECISION,
            title=f"{solution} est référencée",
            body=f"L’ANS a enregistré le référencement de {solution} sous le numéro "
            f"{solution.reference_number}.{spelling} Déposez son certificat, puis finalisez votre "
            f"enrôlement {enrolment.scheme.software}.",
            url=reverse("enrolment_detail", args=[enrolment.pk]),
            key=f"referenced-{solution.pk}-{enrolment.pk}{source}",
        )


def tell_unreferenced(import_: ReferencingImport, solutions: Iterable[Solution]) -> None:
    """Tell every enrolment that names them that these solutions are no longer referenced: one
    piece of news for each enrolment."""
    told = {one.pk: str(one) for one in solutions}
    named = Q(solutions__in=told) | Q(added_solutions__in=told)
    rows = Enrolment.objects.alive().filter(named).distinct().select_related("scheme")
    for enrolment in rows.prefetch_related("solutions", "added_solutions").order_by("pk"):
        own = [*enrolment.solutions.all(), *enrolment.added_solutions.all()]
        names = sorted({told[one.pk] for one in own if one.pk in told})
        _tell(import_, enrolment, "unreferenced", names)


def tell_undeclared(
    import_: ReferencingImport, distributed: Iterable[tuple[int, Solution]]
) -> None:
    """Tell the distributors, by key, that ANS no longer declares them for these solutions."""
    by_supplier: dict[tuple[int, str], list[str]] = {}
    for supplier, solution in distributed:
        by_supplier.setdefault((supplier, solution.scheme_id), []).append(str(solution))
    for (supplier, scheme), names in sorted(by_supplier.items()):
        rows = Enrolment.objects.alive().filter(supplier=supplier, scheme=scheme)
        for enrolment in rows.select_related("scheme").order_by("pk"):
            _tell(import_, enrolment, "undeclared", sorted(names))


def _tell(import_: ReferencingImport, enrolment: Enrolment, lost: str, names: list[str]) -> None:
    what = names[0] if len(names) == 1 else count(len(names), "solution")
    title = _TITLES[lost].format(what=what)
    notify(
        users=members_of(enrolment.supplier_id),
        kind=NoticeKind.DECISION,
        title=f"{title} – {enrolment.scheme.software}"[:200],
        body=_BODIES[lost].format(what=listed(names)),
        url=reverse("enrolment_detail", args=[enrolment.pk]),
        key=f"{lost}-{import_.pk}-{enrolment.pk}",
    )
