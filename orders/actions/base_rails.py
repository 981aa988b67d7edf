"""What keeps a wrong file out of the base: refusals, and thresholds that ask for an officer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from orders.models import BaseImport
from orders.queries import current_import
from orders.workflow import ImportState
from segur_portal.common import clock
from segur_portal.common.enums import ParameterCode
from segur_portal.common.models import Parameter

from .base_files import BaseFileError
from .base_sql import Counts


def is_known_file(import_: BaseImport) -> bool:
    """Whether the base in force is already the content of this file."""
    current = current_import(import_.scheme_id)
    return current is not None and _sha256(current) == _sha256(import_)


def check_date(import_: BaseImport) -> None:
    """Raise BaseFileError for a file older than the base in force, or dated after tomorrow."""
    tomorrow = clock.today() + timedelta(days=1)
    if import_.business_date > tomorrow:
        raise BaseFileError(f"Le fichier est daté du {import_.business_date:%d/%m/%Y}, à venir.")
    in_force = _date_in_force(import_.scheme_id)
    if in_force and import_.business_date < in_force.business_date:
        raise BaseFileError(
            f"Le fichier du {import_.business_date:%d/%m/%Y} est plus ancien que la base en"
            f" vigueur, du {in_force.business_date:%d/%m/%Y}."
        )


def check_lines(count: int) -> None:
    """Raise BaseFileError when the file holds no line."""
    if not count:
        raise BaseFileError("Le fichier ne contient aucune ligne.")


def alarms(import_: BaseImport, count: int, counts: Counts) -> list[str]:
    """Why an officer must look at this import before it counts, in French; nothing when fine.

    Either threshold on removals is enough. An import that an officer released passes, unless it
    now ends more clients than the officer was shown.
    """
    if import_.released_by_id:
        return _beyond_release(import_, counts)
    rows = _parameter(import_, ParameterCode.BASE_MAX_REMOVED_ROWS)
    percent = _parameter(import_, ParameterCode.BASE_MAX_REMOVED_PERCENT)
    removed = f"{counts.ended} client(s) sur {counts.in_force} sortiraient de la base"
    found = []
    if counts.ended > rows:
        found.append(f"{removed} : plus de {rows:f} lignes.")
    if counts.ended * 100 > percent * counts.in_force:
        found.append(f"{removed} : plus de {percent:f} %.")
    if counts.refused * 100 > percent * count:
        found.append(
            f"{counts.refused} ligne(s) sur {count} sont refusées : plus de {percent:f} %."
        )
    if _was_undone(import_):
        found.append("Ce fichier a été écarté par la restauration d’une version précédente.")
    return found


def _beyond_release(import_: BaseImport, counts: Counts) -> list[str]:
    if counts.ended <= import_.ended:
        return []
    return [
        f"{counts.ended} client(s) sortiraient de la base, et non {import_.ended} comme lors de la"
        " levée de la quarantaine."
    ]


def _parameter(import_: BaseImport, code: ParameterCode) -> Decimal:
    """The scheme's own value, else the general one; without any, nothing is admitted."""
    numbers = Parameter.objects.filter(code=code).numbers(import_.scheme_id)
    found = numbers.get(code, Decimal(0))
    return found.quantize(Decimal(1)) if found == found.to_integral() else found.normalize()


def _was_undone(import_: BaseImport) -> bool:
    """Whether an officer restored an earlier version after this very file had been applied."""
    current = current_import(import_.scheme_id)
    if current is None or current.restores is None:
        return False
    undone = BaseImport.objects.filter(
        scheme=import_.scheme_id,
        version__gt=current.restores.version,
        restores=None,
        file__sha256=_sha256(import_),
    )
    return undone.exists()


def _date_in_force(scheme: str) -> BaseImport | None:
    """The last file that told the base in force: the one applied, or a later identical one."""
    current = current_import(scheme)
    if current is None:
        return None
    told = BaseImport.objects.filter(
        scheme=scheme, state=ImportState.UNCHANGED, finished_at__gte=current.finished_at
    )
    return max([current, *told], key=lambda item: item.business_date)


def _sha256(import_: BaseImport) -> str | None:
    return import_.file.sha256 if import_.file else None
