from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "segur_portal.common"
    label = "common"
    verbose_name = "Programme"
