"""Payment runs: prepared, approved by another officer, transmitted by the accountant."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from enrolment.admin.scope import assigned_schemes, is_limited
from enrolment.models import User
from funding.actions.payments import move_run, prepare_run
from funding.actions.run_files import SLIP, TRANSFERS, may_attest, take_run_file
from funding.actions.settlement import record_return_file
from funding.admin.payment_forms import PrepareForm, ReturnFileForm
from funding.admin.payments import link, nature
from funding.enums import PaymentReason
from funding.models import Payment, PaymentRun
from funding.queries import PaymentQuerySet
from funding.remittance import ReturnFileError
from funding.report.payments import to_be_paid, transfer_sheet
from funding.workflow import PAYMENT_RUN
from segur_portal.common.admin.base import FactAdmin
from segur_portal.common.admin.deeds import Deed
from segur_portal.common.admin.displays import money
from segur_portal.common.admin.history import history
from segur_portal.common.admin.moves import MovesMixin
from segur_portal.common.admin.panels import Panel, table, timeline
from segur_portal.common.enums import Role
from segur_portal.common.french import number
from segur_portal.common.models import IssuedDocument, Scheme
from segur_portal.common.money import in_french
from segur_portal.common.serving import private, serve_file
from segur_portal.common.workflow import ForbiddenMoveError, Move

RUN_COLOURS = {
    "draft": "info",
    "proposed": "warning",
    "approved": "primary",
    "transmitted": "primary",
    "settled": "success",
    "cancelled": "danger",
}
WORDS = {
    **dict(PaymentReason.choices),
    "prepare": "Préparation",
    "settle": "Solde du lot",
    "download": "Téléchargement du fichier de virements",
    "download_slip": "Téléchargement du bordereau",
}
# The run's page shows its first transfers; the list has them all, page by page.
SHOWN_TRANSFERS = 50


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
        "void": "Le fichier de virements a été téléchargé : assurez-vous auprès de la banque "
        "qu’elle ne l’a pas exécuté et ne l’exécutera pas, et dites comment vous le savez. Toutes "
        "les demandes du lot redeviennent à payer : si la banque exécutait le fichier, elles "
        "seraient payées deux fois.",
    }
    grave_moves = frozenset({"cancel", "void"})
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
    detail_select_related = (
        "prepared_by",
        "approved_by",
        "transfer_file",
        "slip_file",
        "downloaded_by",
        "attested_by",
    )
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
                    ("downloaded_by", "downloaded_at"),
                    "all_transfers",
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
        hidden = _hidden(obj, request.user)  # type: ignore[arg-type]
        deeds = [one for one in super().deeds(request, obj) if one.name not in hidden]
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
            *_transfers(obj, payments),
            timeline(obj, workflow=PAYMENT_RUN, words=WORDS),
            history(obj),
        ]

    def get_urls(self) -> list[URLPattern]:
        """The addresses of a run's files and of its list, before the model's own pages."""
        pages = [
            path(
                "<path:object_id>/fichiers/<str:kind>/",
                self.admin_site.admin_view(self.file_view),
                name="funding_paymentrun_file",
            ),
            path(
                "<path:object_id>/virements.csv",
                self.admin_site.admin_view(self.list_view),
                name="funding_paymentrun_list",
            ),
        ]
        return [*pages, *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: str, kind: str) -> HttpResponseBase:
        """A file of the run, as it was written; the journal says who had it."""
        run = self._seen(request, object_id)
        file = take_run_file(run, kind, actor=request.user)  # type: ignore[arg-type]
        if file is None:
            raise Http404
        return serve_file(file)

    def list_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The transfers of the run as CSV, for whoever approves it: no bank takes it for orders."""
        run = self._seen(request, object_id)
        rows = Payment.objects.filter(run=run).select_related(
            "request__scheme", "supplier", "account"
        )
        rows = rows.defer("request__payload", "request__pricing", "request__alerts")
        lines = transfer_sheet(rows.order_by("pk").iterator(chunk_size=1000))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        name = f"{run.number}-liste.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return private(response)

    def _seen(self, request: HttpRequest, object_id: str) -> PaymentRun:
        run: PaymentRun | None = self.get_object(request, object_id)
        if run is None:
            raise Http404
        if not self.has_view_or_change_permission(request, run):
            raise PermissionDenied
        return run

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

    @display(description="virements")
    def all_transfers(self, obj: PaymentRun) -> str:
        """Where all the transfers are: the list, and its CSV."""
        every = f"{reverse('admin:funding_payment_changelist')}?run__id__exact={obj.pk}"
        sheet = reverse("admin:funding_paymentrun_list", args=(obj.pk,))
        total = Payment.objects.filter(run=obj).count()
        words = f"Voir les {number(total)} virements" if total > 1 else "Voir le virement"
        return format_html(
            '<a class="underline" href="{}">{}</a><br>'
            '<a class="underline" href="{}" download>Liste à vérifier (CSV)</a>',
            every,
            words,
            sheet,
        )

    @display(description="numéro", ordering="pk")
    def number_text(self, obj: PaymentRun) -> str:
        return obj.number

    @display(description="fichiers")
    def files(self, obj: PaymentRun) -> str:
        """Links to the files, with their checksums."""
        if obj.transfer_file is None or obj.slip_file is None:
            return "Écrits à l’approbation"
        if obj.state == "cancelled":
            return "Lot abandonné : ses fichiers ne se téléchargent plus"
        files = ((TRANSFERS, obj.transfer_file), (SLIP, obj.slip_file))
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


def _hidden(run: PaymentRun, user: User) -> frozenset[str]:
    """The way of abandoning the run that is not open to this person."""
    if run.state != "approved" or run.downloaded_at is None:
        return frozenset({"void"})
    return frozenset({"cancel"}) if may_attest(run, user) else frozenset({"cancel", "void"})


def _transfers(run: PaymentRun, payments: PaymentQuerySet) -> list[Panel]:
    """The first transfers, and where all of them are."""
    total = payments.count()
    shown = payments.select_related("request", "supplier", "account").order_by("pk")
    rows = [
        (
            link("funding_payment", one.pk, one.end_to_end_id),
            link("funding_fundingrequest", one.request_id, one.request.number),
            one.request.client_name,
            one.supplier.name,
            one.account.masked,
            nature(one),
            in_french(one.amount),
            one.get_state_display(),
        )
        for one in shown.defer("request__payload", "request__pricing", "request__alerts")[
            :SHOWN_TRANSFERS
        ]
    ]
    headers = (
        "Virement",
        "Demande",
        "Client",
        "Fournisseur",
        "Compte",
        "Nature",
        "Montant",
        "État",
    )
    title = "Virements" if total <= SHOWN_TRANSFERS else f"Les {SHOWN_TRANSFERS} premiers virements"
    return [table(title, headers, rows)]
