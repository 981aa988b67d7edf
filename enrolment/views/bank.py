"""A supplier's bank details: seen masked by its members, changed by those who sign."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrolment.actions import cancel_bank_change, save_bank_details
from enrolment.doors import SupplierRequest, supplier_required
from enrolment.enums import SIGNING_ROLES
from enrolment.forms import BankForm
from enrolment.models import BankDetails
from enrolment.report.bank import statement_lines
from segur_portal.common import clock
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import Parameter
from segur_portal.common.workflow import ForbiddenMoveError


@require_GET
@supplier_required
def bank_details(request: SupplierRequest) -> HttpResponse:
    """Those in force, those to come, and the change that is being verified."""
    rows = BankDetails.objects.filter(supplier=request.supplier)
    today = clock.today()
    under_way = rows.under_way().select_related("supplier", "reason").first()
    context = {
        "in_force": rows.in_force(today).first(),
        "coming": rows.filter(state="accepted", effective_on__gt=today).first(),
        "under_way": under_way,
        "compared": statement_lines(under_way) if under_way else [],
        "may_change": request.membership.role in SIGNING_ROLES,
    }
    return render(request, "enrolment/bank/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@supplier_required
@reauthentication_required
def bank_change(request: SupplierRequest) -> HttpResponse:
    """Ask for a change; the password or the second factor is asked again first."""
    if request.membership.role not in SIGNING_ROLES:
        raise PermissionDenied("Seul le représentant légal ou le mandataire change l’IBAN.")
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        details = save_bank_details(request.supplier, actor=request.user, **form.cleaned_data)
        messages.success(
            request,
            f"Les coordonnées {details.masked}, déjà acceptées, sont gardées : aucun changement "
            "n’est en cours."
            if details.state == "accepted"
            else f"Coordonnées {details.masked} transmises à l’ASP.",
        )
        return redirect("bank_details")
    context = {
        "form": form,
        "delay": int(Parameter.objects.number(ParameterCode.BANK_CHANGE_DELAY_DAYS)),
    }
    return render(request, "enrolment/bank/change.html", context)


@require_POST
@supplier_required
def bank_cancel(request: SupplierRequest) -> HttpResponse:
    """Give up the change under way: those who sign may. No password is asked again, since the
    money goes where it went."""
    if request.membership.role not in SIGNING_ROLES:
        raise PermissionDenied("Seul le représentant légal ou le mandataire change l’IBAN.")
    try:
        details = cancel_bank_change(request.supplier, actor=request.user)
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            f"Le changement vers le compte {details.masked} est annulé : les coordonnées en "
            "vigueur restent les mêmes.",
        )
    return redirect("bank_details")
