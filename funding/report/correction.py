"""The correction file: the KO requests of a deposit, unchanged, under the next free name."""

from __future__ import annotations

from funding.actions.limits import limits
from funding.enums import Outcome
from funding.intake import Envelope, correction_file, read_envelope
from funding.models import Deposit
from segur_portal.common.serving import open_file


def has_correction(deposit: Deposit) -> bool:
    """Whether there is something to give back: a treated file with KO requests."""
    return deposit.state == "done" and deposit.ko_count > 0


def correction_of(deposit: Deposit) -> tuple[str, bytes]:
    """The name and bytes of the correction file of a treated deposit.

    Its requests are those of the stored file, which could be read when it was treated. Raises
    ValueError when nothing of this deposit is to be corrected.
    """
    if not has_correction(deposit) or deposit.file is None:
        raise ValueError(f"{deposit.number} has nothing to correct")
    envelope = read_envelope(
        open_file(deposit.file),
        filename=deposit.file_name,
        supplier_siret=deposit.supplier.siret,
        limits=limits(),
    )
    if not isinstance(envelope, Envelope):
        raise ValueError(f"{deposit.number} could not be read")
    indexes = deposit.lines.filter(outcome=Outcome.KO).values_list("index", flat=True)
    taken = Deposit.objects.of(deposit.supplier).values_list("file_name", flat=True)
    return correction_file(envelope.payload, indexes, deposit.file_name, set(taken))
