"""Payment runs and transfers: prepared, approved by another officer, settled by the accountant."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from enrolment.admin.scope import SchemeScopedMixin, assigned_schemes, is_limited
from funding.actions.payments import move_run, prepare_run, withdraw_payment
from funding.actions.settlement import record_return_file, settle
from funding.admin.payment_forms import PrepareForm, ReturnFileForm
from funding.enums import PaymentReason
from funding.models import FundingRequest, Payment, PaymentRun
from funding.remittance import Returned, ReturnFileError
from funding.report.payments import to_be_paid
from funding.workflow import PAYMENT, PAYMENT_RUN
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import money
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, table, timeline
from segur_portal.common.enums import Role
from segur_portal.common.models import IssuedDocument, Scheme
from segur_portal.common.money import in_french
from segur_portal.common.serving import serve_file
from segur_portal.common.workflow import ForbiddenMoveError, Move

RUN_COLOURS = {
    "draft": "info",
    "proposed": "warning",
    "approved": "primary",
    "transmitted": "primary",
    "settled": "success",
    "cancelled": "danger",
}
PAYMENT_COLOURS = {
    "planned": "info",
    "sent": "primary",
    "paid": "success",
    "withdrawn": "danger",
    "rejected": "danger",
    "returned": "danger",
}
WORDS = {**dict(PaymentReason.choices), "prepare": "Préparation", "settle": "Solde du lot"}


class OwnSchemesMixin:
    """Only what holds at least one request of the officer's schemes."""

    scheme_path: str

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """The rows of the officer's schemes."""
        rows: models.QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        if not is_limited(request.user):
            return rows
        own = Payment.objects.filter(request__scheme__in=assigned_schemes(request.user))
        return rows.filter(pk__in=own.values("run"))


@admin.register(PaymentRun)
class PaymentRunAdmin(OwnSchemesMixin, MovesMixin, FactAdmin):
    """Payment runs: never edited, moved by the buttons that the state table allows."""

    workflow = PAYMENT_RUN
    reasons = PaymentReason.choices
    explanations = {
        "propose": "Un autre gestionnaire devra approuver le lot.",
        "approve": "Les fichiers de virement sont écrits une fois pour toutes. Vous n’êtes pas la "
        "personne qui a préparé le lot.",
        "transmit": "À faire une fois le fichier remis à la banque : les virements ne changent "
        "plus.",
        "cancel": "Toutes les demandes du lot redeviennent à payer.",
    }
    list_display = (
        "number_text",
        "coloured_state",
        "transfer_count",
        money("total", "total"),
        "execution_on",
        "prepared_by",
        "approved_by",
    )
    list_display_links = ("number_text",)
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("prepared_by", "approved_by")
    detail_select_related = ("prepared_by", "approved_by", "transfer_file", "slip_file")
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number_text", "state_in_words"),
                    ("transfer_count", money("total", "total")),
                    ("execution_on", "transmitted_at"),
                    ("prepared_by", "prepared_at"),
                    ("approved_by", "approved_at"),
                    "files",
                )
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("funding.add_paymentrun"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What can be paid now, and the form that gathers it in a run."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        schemes = Scheme.objects.all()
        if is_limited(request.user):
            schemes = schemes.filter(pk__in=assigned_schemes(request.user))
        form = PrepareForm(request.POST or None, schemes=schemes)
        if request.method == "POST" and form.is_valid():
            run = self._prepared(request, form)
            if run is not None:
                return HttpResponseRedirect(
                    reverse("admin:funding_paymentrun_change", args=(run.pk,))
                )
        context = {
            **self.admin_site.each_context(request),
            "title": "Préparer un lot de paiement",
            "opts": self.opts,
            "form": form,
            "to_be_paid": to_be_paid(list(schemes)),
            "back": reverse("admin:funding_paymentrun_changelist"),
        }
        return TemplateResponse(request, "admin/prepare_run.html", context)

    def _prepared(self, request: HttpRequest, form: PrepareForm) -> PaymentRun | None:
        try:
            prepared = prepare_run(
                actor=request.user,  # type: ignore[arg-type]
                schemes=[scheme.pk for scheme in form.cleaned_data["schemes"]],
                suppliers=[one.pk for one in form.cleaned_data["suppliers"]],
                execution_on=form.cleaned_data["execution_on"],
            )
        except ForbiddenMoveError as refusal:
            form.add_error(None, str(refusal))
            return None
        run = prepared.run
        self.message_user(
            request,
            f"{run.number} : {run.transfer_count} virement(s), {in_french(run.total)}.",
        )
        for name, reason in prepared.left_out.items():
            self.message_user(request, f"{name} n’est pas dans le lot : {reason}", "WARNING")
        return run

    def move_object(
        self, request: HttpRequest, obj: PaymentRun, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        move_run(obj, step.name, actor=request.user, role=role, **data)  # type: ignore[arg-type]

    def may_ever(self, request: HttpRequest, name: str) -> bool:
        if name == "return_file":
            return Role.ACCOUNTANT in self.roles_of(request)
        return super().may_ever(request, name)

    def deeds(self, request: HttpRequest, obj: PaymentRun) -> list[Deed]:
        """The moves of the table and, for the accountant, the return file."""
        deeds = super().deeds(request, obj)
        if obj.state in ("transmitted", "settled") and Role.ACCOUNTANT in self.roles_of(request):
            deeds.append(
                Deed(
                    name="return_file",
                    label="Enregistrer un fichier de retour",
                    run=lambda data: self._settle(request, data),
                    form_class=ReturnFileForm,
                    explanation="pain.002 ou CSV. Un même fichier peut être enregistré deux fois "
                    "sans risque.",
                )
            )
        return deeds

    def _settle(self, request: HttpRequest, data: dict[str, Any]) -> str:
        try:
            result = record_return_file(data["file"].read(), actor=request.user)  # type: ignore[arg-type]
        except ReturnFileError as error:
            raise ForbiddenMoveError(str(error)) from error
        for told in (*result.problems, *result.remarks):
            self.message_user(request, told, "WARNING")
        return result.sentence()

    def panels(self, request: HttpRequest, obj: PaymentRun) -> list[Panel]:
        payments = Payment.objects.filter(run=obj)
        return [
            _totals("Par dispositif", payments.by_scheme(), "scheme"),
            _totals("Par fournisseur", payments.by_supplier(), "name"),
            _lines(payments),
            timeline(obj, workflow=PAYMENT_RUN, words=WORDS),
            history(obj),
        ]

    def get_urls(self) -> list[URLPattern]:
        """The addresses of a run's files, before the model's own pages."""
        page = path(
            "<path:object_id>/fichiers/<str:kind>/",
            self.admin_site.admin_view(self.file_view),
            name="funding_paymentrun_file",
        )
        return [page, *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str, kind: str) -> HttpResponseBase:
        """A file of the run, as it was written."""
        run = self.get_object(request, object_id)
        stored = {"virements": "transfer_file", "bordereau": "slip_file"}.get(kind)
        if run is None or stored is None or (file := getattr(run, stored)) is None:
            raise Http404
        if not self.has_view_or_change_permission(request, run):
            raise PermissionDenied
        return serve_file(file)

    @display(description="état", ordering="state", label=RUN_COLOURS)
    def coloured_state(self, obj: PaymentRun) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description="état")
    def state_in_words(self, obj: PaymentRun) -> str:
        """The state, and who must act."""
        state = PAYMENT_RUN.states[obj.state]
        return f"{state.internal} – {state.owner}" if state.owner else state.internal

    def _slip(self, obj: PaymentRun) -> SafeString:
        """The slip to sign, once laid out."""
        kind = IssuedDocument.Kind.PAYMENT_SLIP
        slip = IssuedDocument.objects.about(obj).filter(kind=kind).exclude(file=None).first()
        if slip is None:
            return SafeString("")
        address = reverse("admin:common_issueddocument_file", args=(slip.pk,))
        link = '<a class="underline" href="{}" download>Bordereau à signer {} (PDF)</a><br>'
        return format_html(link, address, slip.reference)

    @display(description="numéro", ordering="pk")
    def number_text(self, obj: PaymentRun) -> str:
        return obj.number

    @display(description="fichiers")
    def files(self, obj: PaymentRun) -> str:
        """Links to the files, with their checksums."""
        if obj.transfer_file is None or obj.slip_file is None:
            return "Écrits à l’approbation"
        files = (("virements", obj.transfer_file), ("bordereau", obj.slip_file))
        return self._slip(obj) + format_html_join(
            SafeString("<br>"),
            '<a class="underline" href="{}" download>{}</a> (SHA-256 {}…)',
            (
                (
                    reverse("admin:funding_paymentrun_file", args=(obj.pk, kind)),
                    file.name,
                    file.sha256[:16],
                )
                for kind, file in files
            ),
        )


def _totals(title: str, rows: Any, name: str) -> Panel:
    return table(
        title,
        (title.removeprefix("Par ").capitalize(), "Virements", "Total"),
        [(row[name], row["count"], in_french(row["total"])) for row in rows],
    )


def _lines(payments: models.QuerySet[Any]) -> Panel:
    shown = payments.select_related("request", "supplier", "account").order_by("pk")[:500]
    rows = [
        (
            _link("funding_payment", one.pk, one.end_to_end_id),
            _link("funding_fundingrequest", one.request_id, one.request.number),
            one.supplier.name,
            one.account.masked,
            in_french(one.amount),
            one.get_state_display(),
        )
        for one in shown.defer("request__payload", "request__pricing", "request__alerts")
    ]
    headers = ("Virement", "Demande", "Fournisseur", "Compte", "Montant", "État")
    return table("Virements", headers, rows)


def _link(page: str, pk: int, text: str) -> str:
    return format_html(
        '<a class="underline" href="{}">{}</a>', reverse(f"admin:{page}_change", args=(pk,)), text
    )


@admin.register(Payment)
class PaymentAdmin(SchemeScopedMixin, MovesMixin, FactAdmin):
    """Transfers, each settled by the bank's answer or by hand."""

    scheme_path = "request__scheme"
    workflow = PAYMENT
    reasons = PaymentReason.choices
    list_display = (
        "end_to_end_id",
        "coloured_state",
        "run",
        "request",
        "supplier",
        money("amount", "montant"),
        "settled_on",
    )
    list_display_links = ("end_to_end_id",)
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("request__scheme", RelatedDropdownFilter),
    )
    list_select_related = ("run", "request", "supplier")
    list_defer = ("request__payload", "request__pricing", "request__alerts")
    detail_select_related = ("run", "request", "supplier", "account")
    search_fields = ("request__number", "supplier__name")
    search_help_text = "Numéro de dossier, fournisseur"
    ordering = ("-pk",)
    fields = (
        ("end_to_end_id", "state"),
        ("run", "request"),
        ("supplier", "masked_account"),
        (money("amount", "montant"), "settled_on"),
        "bank_code",
    )

    def move_object(
        self, request: HttpRequest, obj: Payment, step: Move, role: str, data: dict[str, Any]
    ) -> None:
        if step.name == "withdraw":
            withdraw_payment(obj, actor=request.user, **data)  # type: ignore[arg-type]
            return
        text = data.get("note", "")
        answer = Returned(obj.end_to_end_id, step.name == "pay", text=text)
        result = settle([answer], actor=request.user)  # type: ignore[arg-type]
        if result.problems:
            raise ForbiddenMoveError(" ".join(result.problems))
        for remark in result.remarks:
            self.message_user(request, remark, "WARNING")

    def panels(self, request: HttpRequest, obj: Payment) -> list[Panel]:
        return [timeline(obj, workflow=PAYMENT, words=WORDS), history(obj)]

    @display(description="état", ordering="state", label=PAYMENT_COLOURS)
    def coloured_state(self, obj: Payment) -> tuple[str, str]:
        return obj.state, obj.get_state_display()

    @display(description="compte")
    def masked_account(self, obj: Payment) -> str:
        """The holder, and the account without its middle."""
        return f"{obj.account.holder}, {obj.account.masked}"


def transfers_of(request: FundingRequest) -> list[Panel]:
    """The transfers of a request, for its page."""
    rows = [
        (
            _link("funding_payment", one.pk, one.end_to_end_id),
            _link("funding_paymentrun", one.run_id, one.run.number),
            in_french(one.amount),
            one.get_state_display(),
            f"{one.settled_on:%d/%m/%Y}" if one.settled_on else "",
        )
        for one in request.payments.select_related("run").order_by("pk")
    ]
    headers = ("Virement", "Lot", "Montant", "État", "Réglé le")
    return [table("Paiements", headers, rows)] if rows else []
