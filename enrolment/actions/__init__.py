"""The deeds on people and enrolments: the only writers of their rights and states."""

from .accounts import remove_second_factor, save_account
from .bank import (
    cancel_bank_change,
    clean_bic,
    clean_iban,
    decide_bank_details,
    reveal_iban,
    rotate_keys,
    same_iban_elsewhere,
    save_bank_details,
)
from .contact import ask_support
from .content import check_content, page_image, text_of
from .declarations import tell_declared
from .documents import deposit_document, review_document
from .enrolments import assign_enrolment, move_enrolment, move_specimen
from .files import (
    IncompleteError,
    choose_solutions,
    declare_distribution,
    declare_solution,
    offered_solutions,
    recap,
    save_organisation,
    start_enrolment,
    submit_enrolment,
)
from .permissions import (
    PROGRAMME_GROUP,
    NotAssignedError,
    check_assigned,
    place_in_group,
    role_of,
    sync_groups,
)
from .referencing import (
    import_referencing,
    reject_referencing,
    release_referencing,
)
from .referencing_news import tell_referenced
from .referencing_restore import NOTHING_KEPT, restore_referencing
from .specimens import (
    READ_TASK,
    SpecimenRefusedError,
    review_specimen,
    submit_specimen,
    wake_specimen_reader,
    withdraw_specimen,
)

__all__ = [
    "NOTHING_KEPT",
    "PROGRAMME_GROUP",
    "READ_TASK",
    "IncompleteError",
    "NotAssignedError",
    "SpecimenRefusedError",
    "ask_support",
    "assign_enrolment",
    "cancel_bank_change",
    "check_assigned",
    "check_content",
    "choose_solutions",
    "clean_bic",
    "clean_iban",
    "decide_bank_details",
    "declare_distribution",
    "declare_solution",
    "deposit_document",
    "import_referencing",
    "move_enrolment",
    "move_specimen",
    "offered_solutions",
    "page_image",
    "place_in_group",
    "recap",
    "reject_referencing",
    "release_referencing",
    "remove_second_factor",
    "restore_referencing",
    "reveal_iban",
    "review_document",
    "review_specimen",
    "role_of",
    "rotate_keys",
    "same_iban_elsewhere",
    "save_account",
    "save_bank_details",
    "save_organisation",
    "start_enrolment",
    "submit_enrolment",
    "submit_specimen",
    "sync_groups",
    "tell_declared",
    "tell_referenced",
    "text_of",
    "wake_specimen_reader",
    "withdraw_specimen",
]
