#!/usr/bin/env python
"""Command line of the portal."""

import os
import sys

from segur_portal.embedded import ensure_services


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur_portal.settings.development")
    ensure_services()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
