"""The deeds on people and enrolments: the only writers of their rights and states."""

from .accounts import remove_second_factor, save_account
from .enrolments import move_enrolment, move_specimen
from .permissions import (
    PROGRAMME_GROUP,
    NotAssignedError,
    check_assigned,
    place_in_group,
    role_of,
    sync_groups,
)

__all__ = [
    "PROGRAMME_GROUP",
    "NotAssignedError",
    "check_assigned",
    "move_enrolment",
    "move_specimen",
    "place_in_group",
    "remove_second_factor",
    "role_of",
    "save_account",
    "sync_groups",
]
