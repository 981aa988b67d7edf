"""The steps of the supplier's enrolment file: what is typed is kept at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from enrolment.actions import (
    choose_solutions,
    declare_distribution,
    declare_solution,
    offered_solutions,
    recap,
    save_bank_details,
    save_organisation,
    submit_enrolment,
)
from enrolment.actions.files import StaleError, answers_shown, fingerprint_of
from enrolment.actions.paperwork import (
    STEPS,
    as_amended,
    current_bank_details,
    open_steps,
)
from enrolment.actions.signing import ask_signature
from enrolment.doors import SupplierRequest
from enrolment.enums import SIGNING_ROLES
from enrolment.forms import (
    BankForm,
    DistributionForm,
    OrganisationForm,
    SignatureForm,
    SolutionForm,
    SolutionsForm,
)
from enrolment.models import BankDetails, CompanyIdentity, Enrolment, Solution
from enrolment.report.checklist import cards_of
from enrolment.report.files import steps_of
from enrolment.report.rest import rest_of
from enrolment.views.documents import with_forms
from enrolment.views.enrolments import enrolment_of, filled_in_by_depositors
from enrolment.workflow import ENROLMENT
from segur_portal.common import clock
from segur_portal.common.workflow import ForbiddenMoveError

Handler = Callable[[SupplierRequest, Enrolment], HttpResponse]


@require_http_methods(["GET", "HEAD", "POST"])
@filled_in_by_depositors
def enrolment_step(request: SupplierRequest, pk: int, step: str) -> HttpResponse:
    """One step of the file; what is typed is kept at once, and « continuer » opens the next."""
    enrolment = enrolment_of(request, pk)
    if step not in STEPS:
        raise Http404
    try:
        return _HANDLERS[step](request, enrolment)
    except ForbiddenMoveError as refusal:
        messages.error(request, str(refusal))
        return redirect("enrolment_detail", enrolment.pk)


def show(
    request: SupplierRequest, enrolment: Enrolment, step: str, status: int = 200, **context: Any
) -> HttpResponse:
    """The page of a step."""
    context = {
        "enrolment": enrolment,
        "stepper": steps_of(enrolment, step),
        "state": ENROLMENT.states[enrolment.state].public,
        "is_open": step in open_steps(enrolment),
        "rest": rest_of(enrolment, request.membership.role),
        **context,
    }
    return render(request, f"enrolment/enrolments/{step}.html", context, status=status)


def _saved(
    request: SupplierRequest, enrolment: Enrolment, step: str, **context: Any
) -> HttpResponse:
    """What follows a valid answer: a word for an autosave, the next step otherwise."""
    if request.headers.get("HX-Request"):
        return _autosaved(request, enrolment, [], **context)
    return redirect("enrolment_step", enrolment.pk, STEPS[STEPS.index(step) + 1])


def _autosaved(
    request: SupplierRequest, enrolment: Enrolment, faults: list[str], **context: Any
) -> HttpResponse:
    enrolment.refresh_from_db()
    context = {
        "enrolment": enrolment,
        "rest": rest_of(enrolment, request.membership.role),
        "faults": faults,
        "now": clock.now(),
        "is_partial": True,
        # What the page shows is now kept; nothing when it is not.
        "answers_shown": "",
        **context,
    }
    return render(request, "enrolment/enrolments/_saved.html", context)


def _invalid(
    request: SupplierRequest, enrolment: Enrolment, step: str, form: Any, **context: Any
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        faults = [
            f"{form.fields[name].label} : {error}" if name in form.fields else str(error)
            for name, errors in form.errors.items()
            for error in errors
        ]
        return _autosaved(request, enrolment, faults)
    return show(request, enrolment, step, form=form, **context)


def faults_in(form: Any) -> list[str]:
    """The errors of a form, each with the label of its field."""
    return [
        f"{form.fields[name].label} : {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]


def _organisation(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    shown = request.POST.get("answers_shown", "") or answers_shown(enrolment)
    identity = CompanyIdentity.objects.filter(supplier=request.supplier).first()
    form = OrganisationForm(request.POST or None, instance=enrolment)
    if request.method == "POST":
        if form.is_valid():
            try:
                save_organisation(enrolment, form.cleaned_data, shown=shown)
            except StaleError as refusal:
                form.add_error(None, str(refusal))
            else:
                now_shown = answers_shown(form.cleaned_data)
                return _saved(request, enrolment, "organisation", answers_shown=now_shown)
        return _invalid(
            request, enrolment, "organisation", form, answers_shown=shown, identity=identity
        )
    return show(
        request, enrolment, "organisation", form=form, answers_shown=shown, identity=identity
    )


def _solutions(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    added = request.POST.get("ajouter", "")
    if added == "solution":
        return _add_solution(request, enrolment)
    if added == "distribution":
        return _add_distribution(request, enrolment)
    form = SolutionsForm(
        request.POST or None,
        offered=offered_solutions(enrolment.supplier, enrolment.scheme),
        initial=_chosen(enrolment),
        is_validated=enrolment.early_validated_on is not None,
    )
    if request.method == "POST":
        if not form.is_valid():
            if request.headers.get("HX-Request"):
                return _invalid(request, enrolment, "solutions", form)
            return _show_solutions(request, enrolment, form=form)
        data = form.cleaned_data
        stage = data.get("stage") or enrolment.stage_asked
        choose_solutions(enrolment, data["solutions"], stage=stage)
        return _saved(request, enrolment, "solutions")
    return _show_solutions(request, enrolment, form=form)


def _show_solutions(request: SupplierRequest, enrolment: Enrolment, **forms: Any) -> HttpResponse:
    offered = offered_solutions(enrolment.supplier, enrolment.scheme)
    others = Solution.objects.filter(scheme=enrolment.scheme).exclude(
        pk__in=offered.order_by().values("pk")
    )
    is_validated = enrolment.early_validated_on is not None
    context = {
        "form": SolutionsForm(
            offered=offered, initial=_chosen(enrolment), is_validated=is_validated
        ),
        "solution_form": SolutionForm(),
        "distribution_form": DistributionForm(
            others=others.select_related("editor").order_by("name", "version")
        ),
        "is_validated": is_validated,
        "has_offer": offered.exists(),
        "has_others": others.exists(),
        **forms,
    }
    return show(request, enrolment, "solutions", **context)


def _chosen(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "solutions": enrolment.solutions.order_by("name"),
        "stage": enrolment.stage_asked,
    }


def _add_solution(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    form = SolutionForm(request.POST)
    if not form.is_valid():
        return _show_solutions(request, enrolment, solution_form=form)
    solution = declare_solution(enrolment, actor=request.user, **form.cleaned_data)
    messages.success(request, f"{solution} est ajoutée à cet enrôlement.")
    return redirect("enrolment_step", enrolment.pk, "solutions")


def _add_distribution(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    others = Solution.objects.filter(scheme=enrolment.scheme).exclude(editor=enrolment.supplier)
    form = DistributionForm(request.POST, others=others.select_related("editor").order_by("name"))
    if not form.is_valid():
        return _show_solutions(request, enrolment, distribution_form=form)
    solution = form.cleaned_data["solution"]
    declare_distribution(enrolment, solution, actor=request.user)
    messages.success(request, f"{solution} est ajoutée : son mandat vous sera demandé.")
    return redirect("enrolment_step", enrolment.pk, "solutions")


def _documents(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    if request.method == "POST":
        if enrolment.state == "final":
            return redirect("enrolment_detail", enrolment.pk)
        return redirect("enrolment_step", enrolment.pk, "banque")
    amended = as_amended(enrolment)
    cards = with_forms(amended, cards_of(amended, clock.today()))
    return show(request, enrolment, "documents", cards=cards)


def _bank(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    """The first details are typed here; those in force change on their own page, by who signs."""
    bank = current_bank_details(enrolment)
    is_held = BankDetails.objects.of(request.supplier).in_force(date.max).exists()
    form = BankForm(
        request.POST or None, initial={"holder": bank.holder, "bic": bank.bic} if bank else None
    )
    if request.method == "POST":
        if "banque" not in open_steps(enrolment):
            raise ForbiddenMoveError("Cette étape n’est pas ouverte à la modification.")
        if bank is not None and bank.state != "to_correct" and not request.POST.get("iban"):
            return redirect("enrolment_step", enrolment.pk, "recapitulatif")
        if is_held:
            raise ForbiddenMoveError(
                "Un IBAN déjà accepté se change dans « Coordonnées bancaires », par le "
                "représentant légal ou le mandataire."
            )
        if form.is_valid():
            save_bank_details(request.supplier, actor=request.user, **form.cleaned_data)
            return redirect("enrolment_step", enrolment.pk, "recapitulatif")
    return show(request, enrolment, "banque", form=form, bank=bank, is_held=is_held)


def _recap(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    content = recap(enrolment)
    form = SignatureForm(request.POST or None, fingerprint=fingerprint_of(content))
    may_sign = request.membership.role in SIGNING_ROLES
    if request.method == "POST":
        if "prevenir" in request.POST:
            return told_to_sign(request, enrolment)
        if not may_sign:
            raise PermissionDenied("Seul le représentant légal ou le mandataire peut signer.")
        if form.is_valid():
            submission = submit_enrolment(
                enrolment, membership=request.membership, seen=form.cleaned_data["seen"]
            )
            messages.success(
                request, f"Votre enrôlement est transmis à l’ASP : {submission.reference}."
            )
            return redirect("enrolment_detail", enrolment.pk)
    return show(
        request,
        enrolment,
        "recapitulatif",
        form=form,
        recap=content,
        may_sign=may_sign,
        documents_url=reverse("enrolment_step", args=[enrolment.pk, "documents"]),
    )


def told_to_sign(request: SupplierRequest, enrolment: Enrolment) -> HttpResponse:
    """After those who may sign were told that the file is ready."""
    told = ask_signature(enrolment, actor=request.user)
    messages.success(
        request,
        "La personne qui peut signer en est prévenue."
        if told == 1
        else f"Les {told} personnes qui peuvent signer en sont prévenues.",
    )
    return redirect("enrolment_detail", enrolment.pk)


_HANDLERS: dict[str, Handler] = dict(
    zip(STEPS, (_organisation, _solutions, _documents, _bank, _recap), strict=True)
)
