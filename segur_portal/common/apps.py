from typing import Any

from django.apps import AppConfig
from django.core import checks


class CommonConfig(AppConfig):
    name = "segur_portal.common"
    label = "common"
    verbose_name = "Programme"

    def ready(self) -> None:
        checks.register(_check_seal, deploy=True)


def _check_seal(**_: Any) -> list[checks.CheckMessage]:
    """A seal that cannot be opened is found before the first payment slip."""
    from segur_portal.common import seal

    if not seal.is_configured():
        return []
    try:
        seal.holder()
    except seal.SealError as error:
        return [checks.Error(f"The portal's seal cannot be used: {error}", id="common.E001")]
    return []
