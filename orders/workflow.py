"""The life of an import of the eligible-clients base."""

from enum import StrEnum

from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move, State, Workflow

_SYSTEM = frozenset({Role.SYSTEM.value})
_OFFICER = frozenset({Role.OFFICER.value})
_PORTAL, _ASP = "Le portail traite", "L’ASP décide"


class ImportState(StrEnum):
    """Where an import of the base stands."""

    RECEIVED = "received"
    RUNNING = "running"
    APPLIED = "applied"
    UNCHANGED = "unchanged"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    FAILED = "failed"


def _state(state: ImportState, label: str, owner: str = "") -> State:
    return State(state.value, label, label, owner, is_final=not owner, is_live=bool(owner))


def _from(*states: ImportState) -> frozenset[str]:
    return frozenset(state.value for state in states)


_WAITING = _from(ImportState.RECEIVED, ImportState.RUNNING)
_RUNNING = _from(ImportState.RUNNING)
_QUARANTINED = _from(ImportState.QUARANTINED)

BASE_IMPORT = Workflow(
    "base_import",
    [
        _state(ImportState.RECEIVED, "Reçu", _PORTAL),
        _state(ImportState.RUNNING, "En cours", _PORTAL),
        _state(ImportState.APPLIED, "Appliqué"),
        _state(ImportState.UNCHANGED, "Sans changement"),
        _state(ImportState.QUARANTINED, "En quarantaine", _ASP),
        _state(ImportState.REJECTED, "Rejeté"),
        _state(ImportState.FAILED, "Échoué", _ASP),
    ],
    [
        # From « running » too: the import of a process that died is run again.
        Move("start", _WAITING, ImportState.RUNNING.value, _SYSTEM, "Importer"),
        Move("apply", _RUNNING, ImportState.APPLIED.value, _SYSTEM, "Appliquer"),
        Move("keep", _RUNNING, ImportState.UNCHANGED.value, _SYSTEM, "Constater l’identité"),
        Move(
            "quarantine",
            _RUNNING,
            ImportState.QUARANTINED.value,
            _SYSTEM,
            "Mettre en quarantaine",
            needs_reason=True,
        ),
        Move(
            "refuse",
            _RUNNING | _QUARANTINED,
            ImportState.REJECTED.value,
            _SYSTEM,
            "Refuser le fichier",
            needs_reason=True,
        ),
        Move("fail", _RUNNING, ImportState.FAILED.value, _SYSTEM, "Échouer", needs_reason=True),
        Move(
            "restart",
            _from(ImportState.FAILED),
            ImportState.RECEIVED.value,
            _OFFICER,
            "Relancer l’import",
        ),
        Move(
            "release",
            _QUARANTINED,
            ImportState.RECEIVED.value,
            _OFFICER,
            "Lever la quarantaine",
            needs_reason=True,
        ),
        Move(
            "reject",
            _QUARANTINED,
            ImportState.REJECTED.value,
            _OFFICER,
            "Rejeter le fichier",
            needs_reason=True,
        ),
    ],
)
