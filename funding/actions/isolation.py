"""A document found infected after its request was judged: scanned late, or scanned again.

Nothing is undone by itself: the file opens for nobody, the request bears an alert that both sides
read, officers and supplier are told, and no officer may accept the request until a sound document
replaces it. A request decided already keeps its decision: who decided is told.
"""

from __future__ import annotations

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from enrolment.models import Membership, User
from funding.documents import expected_files
from funding.models import DepositDocument, FundingRequest
from segur_portal.common import clock
from segur_portal.common.actions import write_journal
from segur_portal.common.french import typographic
from segur_portal.common.models import NoticeKind, StoredFile
from segur_portal.common.notices import notify
from segur_portal.common.rules import Finding, Severity
from segur_portal.common.serving import why_closed
from segur_portal.common.workflow import ForbiddenMoveError

ISOLATED = "isolate_document"
AT_ONCE = 200
_WHAT = "« {name} » a été trouvé infecté après son dépôt : il est isolé, personne ne l’ouvrira."
_ADVICE = (
    "Nettoyez le poste qui l’a produit et exportez de nouveau le document : l’ASP vous le "
    "demandera, et la demande ne sera pas acceptée sans lui."
)


def follow_antivirus() -> int:
    """Follow the documents found infected that nobody was told of yet; returns how many."""
    infected = DepositDocument.objects.filter(
        file__scan_state=StoredFile.Scan.INFECTED, infected_at=None, is_current=True
    )
    ids = list(infected.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_isolate(pk) for pk in ids)


@transaction.atomic
def _isolate(document_id: int) -> bool:
    """Flag the requests of one document, and tell; False when another worker just did, or when it
    was replaced meanwhile.

    The requests are locked first, in the order of their keys: an answer to a correction takes its
    request, then the documents.
    """
    found = DepositDocument.objects.select_related("deposit").filter(
        pk=document_id, infected_at=None, is_current=True
    )
    document = found.first()
    if document is None:
        return False
    requests = list(requests_naming(document).order_by("pk").select_for_update(of=("self",)))
    document = found.select_for_update(of=("self",), skip_locked=True).first()
    if document is None:
        return False
    document.infected_at = clock.now()
    document.save(update_fields=["infected_at"])
    for request in requests:
        _flag(request, document)
    return True


def requests_naming(document: DepositDocument) -> models.QuerySet[FundingRequest]:
    """The requests of the same deposit that name this document."""
    named = Q()
    for block in ("bonDeCommande", "procesVerbal", "facture"):
        named |= Q(**{f"payload__{block}__nomFichier": document.name})
    return FundingRequest.objects.filter(named, deposit=document.deposit_id).order_by("position")


def _flag(request: FundingRequest, document: DepositDocument) -> None:
    """An alert on the request, a line in its history, news for both sides."""
    what = typographic(_WHAT.format(name=document.name))
    pointer = next(
        file.pointer
        for file in expected_files(request.payload, request.kind)
        if file.name == document.name
    )
    alert = Finding(
        code="DOC-002",
        severity=Severity.ALERT,
        pointer=pointer,
        message=what,
        advice=typographic(_ADVICE),
        found=document.name,
    )
    request.alerts = [*request.alerts, alert.as_dict()]
    request.alert_count = len(request.alerts)
    request.save(update_fields=["alerts", "alert_count"])
    write_journal(request, ISOLATED, note=what)
    key = f"infected-{document.pk}-{request.pk}"
    title = f"Demande {request.number} : un document est infecté"
    members = Membership.objects.in_force(clock.today()).filter(supplier=request.supplier_id)
    notify(
        users=[member.user for member in members.select_related("user")],
        kind=NoticeKind.REQUEST,
        title=title,
        body=f"{what} {typographic(_ADVICE)}",
        url=reverse("request_detail", args=[request.number]),
        key=key,
    )
    notify(
        users=User.objects.filter(assignments__scheme=request.scheme_id).order_by("pk").distinct(),
        kind=NoticeKind.REQUEST,
        title=title,
        body=f"{what} État de la demande : {request.get_state_display()}.",
        url=reverse("admin:funding_fundingrequest_change", args=[request.pk]),
        key=key,
    )


def check_documents_open(request: FundingRequest) -> None:
    """Refuse to accept a request one of whose documents nobody may open: infected, or not found
    clean yet. Raises ForbiddenMoveError, in French."""
    names = [file.name for file in expected_files(request.payload, request.kind)]
    documents = DepositDocument.objects.filter(
        deposit=request.deposit_id, name__in=names, is_current=True
    )
    for document in documents.select_related("file"):
        if reason := why_closed(document.file):
            raise ForbiddenMoveError(f"Acceptation impossible : {document.name}. {reason}")
