"""Who may ask for money (ENR, domain page section 6). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from segur_portal.common.enums import Kind
from segur_portal.common.french import day, listed
from segur_portal.common.rules import Breach, Rule, Severity

from .facts import SolutionFacts, SupplierFacts

# A balance pays for an order already judged: losing a mandate or a habilitation in between does
# not undo it (ours). Only the enrolment itself is asked for again.
_PRINT_NUMBER = (
    "Imprimez sur vos bons de commande le numéro de votre modèle conforme, tel qu’il figure dans "
    "« Mes modèles » (par exemple « MOD-2026-0001 v1 »), ou utilisez le modèle de l’ASP."
)
ORDER_ONLY = frozenset({Kind.ADVANCE.value})


def _enrolled(facts: SupplierFacts) -> Iterator[Breach]:
    """ENR-001: the final stage opens requests; the early one only the simulator (section 3)."""
    if facts.stage == "final" and facts.lapsed:
        yield Breach(
            found=f"{listed(facts.lapsed)}",
            expected="des pièces en cours de validité",
            message="Votre enrôlement est suspendu : {found}.",
            advice=(
                "Renouvelez la pièce dans votre enrôlement ; le droit revient quand l’ASP "
                "l’accepte."
            ),
        )
        return
    if facts.stage == "final" or (facts.stage == "early" and facts.is_simulation):
        return
    if facts.stage == "early":
        yield Breach(
            found="enrôlement anticipé",
            expected="enrôlement définitif",
            message=(
                "Votre enrôlement sur ce dispositif est anticipé : il ouvre le simulateur, "
                "pas encore les demandes."
            ),
            advice=(
                "Déposez le certificat de référencement de vos solutions pour rendre votre "
                "enrôlement définitif."
            ),
        )
    else:
        yield Breach(found="aucun enrôlement validé", expected="enrôlement définitif")


def _solution_referenced(facts: SupplierFacts) -> Iterator[Breach]:
    """ENR-002: the solution is enrolled, referenced, under that number.

    An early simulation gives the verdict of a real deposit: a solution not referenced yet is KO
    there too, and the supplier learns what a deposit made today would answer.
    """
    solution = facts.solution
    values = {"name": facts.named_solution, "version": facts.named_version}
    if solution is None:
        yield _not_known(facts, values)
        return
    if not solution.is_enrolled:
        yield Breach(
            "/solutionLogicielle/version",
            found=_named(facts),
            expected=_choices(facts.enrolled_solutions),
            values=values,
            message=(
                "La solution « {name} » version « {version} » ne fait pas partie de votre "
                "enrôlement sur ce dispositif."
            ),
            advice="Nommez une solution enrôlée ({expected}), ou ajoutez celle-ci à l’enrôlement.",
        )
    ended = solution.certificate_ended_on
    if ended is not None and ended < facts.on:
        yield Breach(
            "/solutionLogicielle",
            found=f"certificat expiré depuis le {day(ended)}",
            expected="un certificat en cours de validité",
            values=values,
            message="Le certificat de « {name} » version « {version} » a pris fin ({found}).",
            advice="Déposez le nouveau certificat dans votre enrôlement.",
        )
    if solution.referenced_on is None or solution.referenced_on > facts.on:
        yield _not_referenced(solution, values)
    elif solution.reference_number != facts.named_reference_number:
        yield Breach(
            "/solutionLogicielle/numeroReferencement",
            found=facts.named_reference_number,
            expected=solution.reference_number,
            values=values,
            message=(
                "Le numéro de référencement {found} n’est pas celui de « {name} » version "
                "« {version} »."
            ),
            advice="Écrivez {expected}, le numéro du certificat délivré par l’ANS.",
        )


def _not_known(facts: SupplierFacts, values: dict[str, str]) -> Breach:
    """A name and a version of none of their solutions, or the spelling that was meant."""
    if facts.spelt is None:
        return Breach(
            "/solutionLogicielle",
            found=_named(facts),
            expected=_choices(facts.enrolled_solutions),
            values=values,
        )
    return Breach(
        "/solutionLogicielle",
        found=_named(facts),
        expected="«\u00a0{}\u00a0» version «\u00a0{}\u00a0»".format(*facts.spelt),
        values=values,
        message=(
            "La solution « {name} » version « {version} » s’écrit {expected} : le nom et la "
            "version sont ceux que l’ANS a référencés, à la lettre près."
        ),
        advice="Écrivez {expected}.",
    )


def _not_referenced(solution: SolutionFacts, values: dict[str, str]) -> Breach:
    since = solution.referenced_on
    return Breach(
        "/solutionLogicielle",
        found=f"référencée à partir du {day(since)}" if since else "référencement en cours",
        expected="une solution référencée Vague 2",
        values=values,
        message=(
            "La solution « {name} » version « {version} » n’est pas encore référencée Vague 2 "
            "({found})."
        ),
        advice="Attendez que l’ANS ait enregistré le référencement, puis déposez de nouveau.",
    )


def _distributor_mandated(facts: SupplierFacts) -> Iterator[Breach]:
    """ENR-003: a distributor is declared to ANS and its mandate accepted and in force."""
    solution = facts.solution
    if solution is None or solution.is_editor:
        return
    values = {"name": solution.name, "version": solution.version}
    if solution.declared_on is None or solution.declared_on > facts.on:
        yield Breach(
            "/solutionLogicielle",
            found="distributeur non déclaré",
            expected="une déclaration de l’éditeur à l’ANS",
            values=values,
        )
    if solution.mandate_accepted_on is None or solution.mandate_accepted_on > facts.on:
        yield Breach(
            "/solutionLogicielle",
            found="aucun mandat accepté",
            expected="un mandat de l’éditeur accepté par l’ASP",
            values=values,
            message="Votre mandat de distribution de « {name} » n’est pas encore accepté.",
            advice="Déposez le mandat signé par l’éditeur dans votre enrôlement.",
        )
    elif period := _outside_mandate(solution, facts.on):
        yield Breach(
            "/solutionLogicielle",
            found=f"mandat valable {period}",
            expected=f"un mandat en vigueur le {day(facts.on)}",
            values=values,
            message="Votre mandat de distribution de « {name} » n’est pas en vigueur : {found}.",
            advice="Déposez un mandat en cours de validité, signé par l’éditeur.",
        )


def _outside_mandate(solution: SolutionFacts, on: date) -> str | None:
    """When the mandate runs, if that day is outside; None when it is in force."""
    starts, ends = solution.mandate_starts_on, solution.mandate_ends_on
    if starts is not None and on < starts:
        return f"à partir du {day(starts)}"
    if ends is not None and ends < on:
        return f"jusqu’au {day(ends)}"
    return None


def _osu_held(facts: SupplierFacts) -> Iterator[Breach]:
    """ENR-004: OSU held, or the editor's where the mandate relies on it (section 1)."""
    solution = facts.solution
    is_distributor = solution is not None and not solution.is_editor
    if facts.holds_osu:
        return
    if solution is None or not is_distributor:
        yield Breach(found="aucune habilitation", expected="une habilitation OSU")
    elif not solution.mandate_covers_osu:
        yield Breach(
            found="aucune habilitation",
            expected="une habilitation OSU, la vôtre ou celle de l’éditeur",
            message=(
                "Vous n’avez pas l’habilitation OSU, et votre mandat ne dit pas que vous vous "
                "appuyez sur celle de l’éditeur."
            ),
            advice=(
                "Demandez l’habilitation OSU, ou déposez un mandat qui prévoit de façon explicite "
                "le recours à celle de l’éditeur."
            ),
        )
    elif not solution.editor_holds_osu:
        yield Breach(
            found="aucune habilitation, ni la vôtre ni celle de l’éditeur",
            expected="une habilitation OSU, la vôtre ou celle de l’éditeur",
            message=(
                "Votre mandat s’appuie sur l’habilitation OSU de l’éditeur, mais il ne l’a pas."
            ),
            advice="Rapprochez-vous de l’éditeur, ou demandez vous-même l’habilitation OSU.",
        )


def _layout_reviewed(facts: SupplierFacts) -> Iterator[Breach]:
    """ENR-005: the ASP model, or a layout that an officer found compliant (section 4).

    The number printed on the order says which. Where nothing could be read (no document yet, a
    scan), only what the supplier had reviewed is known.
    """
    paper = facts.paper
    if paper is None:
        if facts.layout == "unreviewed":
            yield Breach(
                "/bonDeCommande", found="modèle non examiné", expected="un modèle conforme"
            )
        return
    if any(paper.may_follow(layout) for layout in paper.cited):
        return
    # A copy of the ASP model bears no number: its mandatory statements are checked (DOC-004).
    if not paper.cited and facts.layout == "asp":
        return
    wanted = f"un modèle conforme le {day(paper.signed_on)}, ou celui de l’ASP"
    if not paper.cited:
        yield Breach(
            "/bonDeCommande",
            found="aucun numéro de modèle",
            expected=wanted,
            message="Le bon de commande ne cite aucun modèle, et n’est pas celui de l’ASP.",
            advice=_PRINT_NUMBER,
        )
        return
    layout = paper.cited[0]
    yield Breach(
        "/bonDeCommande",
        found=f"{layout.reference}, {paper.fault_of(layout)}",
        expected=wanted,
        message="Le modèle que cite le bon de commande ne convient pas : {found}.",
        advice=_PRINT_NUMBER,
    )


def _named(facts: SupplierFacts) -> str:
    return f"{facts.named_solution} {facts.named_version}"


def _choices(names: tuple[str, ...]) -> str:
    return listed(names, "ou") if names else "aucune solution n’est enrôlée"


RULES: tuple[Rule[SupplierFacts], ...] = (
    Rule(
        code="ENR-001",
        severity=Severity.KO,
        title="Le fournisseur a un enrôlement définitif sur le dispositif",
        message="Vous n’êtes pas enrôlé sur ce dispositif.",
        advice="Déposez une demande d’enrôlement sur ce dispositif.",
        source="Domaine, section 3 ; webinaire, « Zoom sur l’enrôlement »",
        check=_enrolled,
        note=(
            "Un enrôlement anticipé suffit pour le simulateur. Le lendemain de la fin de validité "
            "d’une pièce acceptée de l’enrôlement (pièce d’identité, certificat HDS, mandat ou "
            "contrat du mandataire), toute demande est KO, soldes compris, jusqu’à ce que l’ASP "
            "accepte la pièce renouvelée : le dépôt du renouvellement ne suffit pas. Le portail "
            "prévient 60, 30 et 7 jours avant."
        ),
    ),
    Rule(
        code="ENR-002",
        severity=Severity.KO,
        title="La solution et sa version sont enrôlées et référencées Vague 2",
        message=(
            "La solution « {name} » version « {version} » n’est pas connue parmi celles que vous "
            "éditez ou distribuez sur ce dispositif."
        ),
        advice="Vérifiez le nom et la version. Solutions de votre enrôlement : {expected}.",
        source="Domaine, section 6, Fournisseur ; webinaire, « Synthèse des conditions »",
        check=_solution_referenced,
        kinds=ORDER_ONLY,
        note=(
            "Le nom et la version s’écrivent comme dans la liste de l’ANS, qui fait foi : une "
            "solution déclarée sous une écriture voisine (casse, accents, tirets, « v2.1 ») prend "
            "la sienne quand l’ANS la référence."
        ),
    ),
    Rule(
        code="ENR-003",
        severity=Severity.KO,
        title="Un distributeur est déclaré pour la solution, son mandat accepté et en vigueur",
        message="L’éditeur ne vous a pas déclaré à l’ANS comme distributeur de « {name} ».",
        advice="Demandez à l’éditeur de vous déclarer à l’ANS pour cette solution.",
        source="Domaine, section 6, Fournisseur ; webinaire, « Synthèse des conditions »",
        check=_distributor_mandated,
        kinds=ORDER_ONLY,
        note=(
            "Le mandat jugé est celui qui couvre le jour de réception : un renouvellement accepté "
            "d’avance n’ôte rien au mandat en cours."
        ),
    ),
    Rule(
        code="ENR-004",
        severity=Severity.KO,
        title="Le fournisseur dispose de l’habilitation OSU",
        message=(
            "Vous n’avez pas l’habilitation « Opérateur de service utilisateur » (OSU) de "
            "l’espace de confiance Pro Santé Connect."
        ),
        advice="Demandez l’habilitation OSU, puis signalez-la dans votre enrôlement.",
        source="Domaine, section 1 ; webinaire et FAQ de l’ANS sur l’habilitation OSU",
        check=_osu_held,
        kinds=ORDER_ONLY,
        note="Un distributeur peut s’appuyer sur l’éditeur, si son mandat le prévoit.",
    ),
    Rule(
        code="ENR-005",
        severity=Severity.ALERT,
        title="Un bon de commande hors modèle de l’ASP suit un modèle reconnu conforme",
        message="Votre modèle de bon de commande n’a pas encore été reconnu conforme par l’ASP.",
        advice=(
            "Vérifiez que toutes les mentions obligatoires y figurent, et faites examiner ce "
            "modèle."
        ),
        source="Domaine, section 4 ; webinaire, « Processus de gestion des modèles »",
        check=_layout_reviewed,
        kinds=ORDER_ONLY,
        note=(
            "Le numéro du modèle est lu dans le texte du bon de commande, et jugé au jour de sa "
            "signature. Un document numérisé est contrôlé à l’œil. Sans numéro, un fournisseur qui "
            "déclare suivre le modèle de l’ASP ne reçoit pas d’alerte : DOC-004 cherche les "
            "mentions."
        ),
    ),
)
