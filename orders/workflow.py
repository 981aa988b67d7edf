"""The life of an import of the eligible-clients base."""

from orders.enums import ImportState
from segur_portal.common.enums import Role
from segur_portal.common.workflow import Move, State, Workflow

_SYSTEM = frozenset({Role.SYSTEM.value})
_OFFICER = frozenset({Role.OFFICER.value})
_PORTAL, _ASP = "Le portail traite", "L’ASP décide"
_FINAL = {ImportState.APPLIED, ImportState.UNCHANGED, ImportState.REJECTED}
_OWNERS = {
    ImportState.RECEIVED: _PORTAL,
    ImportState.RUNNING: _PORTAL,
    ImportState.QUARANTINED: _ASP,
    ImportState.FAILED: _ASP,
}


def _from(*states: ImportState) -> frozenset[str]:
    return frozenset(state.value for state in states)


_WAITING = _from(ImportState.RECEIVED, ImportState.FAILED, ImportState.RUNNING)
_RUNNING = _from(ImportState.RUNNING)
_QUARANTINED = _from(ImportState.QUARANTINED)

BASE_IMPORT = Workflow(
    "base_import",
    [
        State(
            state.value,
            str(state.label),
            str(state.label),
            _OWNERS.get(state, ""),
            is_final=state in _FINAL,
            is_live=state not in _FINAL,
        )
        for state in ImportState
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
