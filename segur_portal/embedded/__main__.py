"""`python -m segur_portal.embedded run | exec | clean | prepare | guard`."""

import argparse
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m segur_portal.embedded", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="the whole portal, until Ctrl-C")
    execute = commands.add_parser("exec", help="a command with the services in its environment")
    execute.add_argument("words", nargs=argparse.REMAINDER)
    commands.add_parser("prepare", help="migrate, collect static files, load the demonstration")
    commands.add_parser("clean", help="stop the services and delete their data")
    guard = commands.add_parser("guard", help="internal: own the services of a folder")
    guard.add_argument("home", type=Path)
    guard.add_argument("--throwaway", action="store_true")
    options = parser.parse_args()

    if options.command == "guard":
        from .guardian import guard as guard_services

        return guard_services(options.home, throwaway=options.throwaway)
    if options.command == "exec":
        from .instance import execute as execute_command

        execute_command(options.words)
    if options.command == "clean":
        from .instance import delete_services

        return delete_services()
    if options.command == "prepare":
        from .prepare import prepare

        prepare()
        return 0
    from .supervisor import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
