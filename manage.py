#!/usr/bin/env python3
"""Django's command door; people use script/manage, which prepares the environment first."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    from django.core.management import execute_from_command_line

    from geo.cities import CityFileError

    try:
        execute_from_command_line(sys.argv)
    except CityFileError as problem:
        sys.exit(f"ASCULT_CITY: {problem}")
