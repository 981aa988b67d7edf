"""The officers' site: title, colours, navigation. What a user may not see is not listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

# French words for the strings that the administration's theme ships in English only.
LOCALE_PATHS = [Path(__file__).resolve().parents[2] / "locale"]


def _may_view(label: str) -> Callable[[HttpRequest], bool]:
    app, model = label.split(".")
    return lambda request: any(
        request.user.has_perm(f"{app}.{verb}_{model}") for verb in ("view", "change")
    )


def _page(title: str, icon: str, label: str) -> dict[str, Any]:
    """A link to the list of a model, for those who may view it."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{label.replace('.', '_')}_changelist"),
        "permission": _may_view(label),
    }


def _group(title: str, *pages: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(pages)}


NAVIGATION = [
    {
        "items": [
            {"title": "Tableau de bord", "icon": "dashboard", "link": reverse_lazy("admin:index")}
        ]
    },
    _group(
        "Instruction",
        {
            "title": "Mon bureau",
            "icon": "inbox",
            "link": reverse_lazy("admin:funding_desk"),
            "permission": _may_view("funding.fundingrequest"),
        },
        {
            **_page("Demandes", "request_quote", "funding.fundingrequest"),
            "active": lambda request: (
                "/fundingrequest/" in request.path and "/bureau/" not in request.path
            ),
        },
        _page("Dépôts", "upload_file", "funding.deposit"),
        _page("Documents signés", "contract", "funding.depositdocument"),
        _page("Lignes de dépôt", "rule", "funding.depositline"),
        _page("Bons de commande", "contract", "orders.order"),
        _page("Clés d’unicité", "key", "orders.claim"),
        _page("Litiges", "balance", "funding.dispute"),
        _page("Preuves de pilote", "fact_check", "pilots.pilotproof"),
        _page("Simulations", "science", "funding.simulationlog"),
    ),
    _group(
        "Paiement",
        _page("Lots de paiement", "payments", "funding.paymentrun"),
        _page("Virements", "swap_horiz", "funding.payment"),
        _page("Recouvrements", "undo", "funding.recovery"),
        _page("Écritures", "account_balance", "funding.ledgerentry"),
    ),
    _group(
        "Base des clients éligibles",
        _page("Lignes de la base", "groups", "orders.eligibleclient"),
        _page("Imports", "sync", "orders.baseimport"),
        _page("Dérogations", "gavel", "orders.eligibilityoverride"),
    ),
    _group(
        "Programme",
        _page("Dispositifs", "account_tree", "common.scheme"),
        _page("Échéances", "event", "common.window"),
        _page("Paramètres", "tune", "common.parameter"),
        _page("Barèmes", "euro", "common.pricescale"),
        _page("Motifs", "format_list_bulleted", "common.reason"),
        _page("Mentions obligatoires", "format_quote", "common.statement"),
        _page("Durées de conservation", "auto_delete", "common.retentionperiod"),
        _page("Points de contrôle", "checklist", "funding.checklistitem"),
        _page("Versions du programme", "history", "common.programmesnapshot"),
    ),
    _group(
        "Fournisseurs",
        _page("Fournisseurs", "business", "enrolment.supplier"),
        _page("Membres", "badge", "enrolment.membership"),
        _page("Invitations", "mail", "enrolment.invitation"),
        _page("Demandes de rattachement", "person_add", "enrolment.joinrequest"),
        _page("Enrôlements", "how_to_reg", "enrolment.enrolment"),
        _page("Coordonnées bancaires", "account_balance", "enrolment.bankdetails"),
        _page("Solutions", "terminal", "enrolment.solution"),
        _page("Listes de l’ANS", "upload_file", "enrolment.referencingimport"),
        _page("Distributions", "share", "enrolment.distribution"),
        _page("Modèles de documents", "description", "enrolment.specimen"),
    ),
    _group(
        "Accès",
        _page("Utilisateurs", "person", "enrolment.user"),
        _page("Affectations", "assignment_ind", "enrolment.officerassignment"),
        _page("Clés d’API", "key", "enrolment.apitoken"),
    ),
    _group(
        "Traces",
        _page("Journal", "menu_book", "common.journalentry"),
        {
            "title": "Traces",
            "icon": "policy",
            "link": reverse_lazy("admin:audit_traces"),
            "permission": _may_view("common.auditseal"),
        },
        _page("Sceaux", "lock", "common.auditseal"),
        _page("Fichiers reçus", "folder", "common.storedfile"),
        _page("Suppressions", "delete_sweep", "common.filedeletion"),
        _page("Courriels", "mail", "common.outgoingmail"),
        _page("Documents émis", "picture_as_pdf", "common.issueddocument"),
    ),
]

UNFOLD = {
    "SITE_TITLE": "Ségur Vague 2 – gestion",
    "SITE_HEADER": "Ségur Vague 2 – gestion",
    "SITE_SYMBOL": "health_and_safety",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("dsfr/dist/favicon/favicon.svg"),
        }
    ],
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "4px",
    "ENVIRONMENT": "segur_portal.admin_site.environment",
    "DASHBOARD_CALLBACK": "segur_portal.admin_dashboard.dashboard",
    "STYLES": [
        lambda request: static("gestion/gestion.css"),
        lambda request: static("css/viewer.css"),
    ],
    "SCRIPTS": [lambda request: static("gestion/names.js")],
    # The blue of the State's design system.
    "COLORS": {
        "primary": {
            "50": "#f5f5fe",
            "100": "#ececfe",
            "200": "#dddffc",
            "300": "#cacafb",
            "400": "#8585f6",
            "500": "#6a6af4",
            "600": "#000091",
            "700": "#00007a",
            "800": "#000063",
            "900": "#1b1b35",
            "950": "#101024",
        }
    },
    "ACCOUNT": {
        "navigation": [
            {"title": "Notifications", "link": reverse_lazy("notifications")},
            {"title": "Mot de passe", "link": reverse_lazy("account_change_password")},
            {"title": "Second facteur", "link": reverse_lazy("mfa_index")},
            {"title": "Sessions ouvertes", "link": reverse_lazy("usersessions_list")},
        ]
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
