"""`python -m demo_lgc`: the desktop, on the simulated services or on an environment file."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from demo_lgc import __version__, preferences
from demo_lgc.commands.parsers import add_commands


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and open the program; return its exit status."""
    options = _parser().parse_args(arguments)
    if options.run is not None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal of Windows has not every letter
        return int(options.run(options))
    if options.demonstrate:
        from demo_lgc.demonstration import demonstrate

        return demonstrate(options.demonstrate.resolve(), options.theme or "light")
    if options.sandbox:
        from demo_lgc.app import open_sandbox

        if options.profile:
            options.profile.mkdir(parents=True, exist_ok=True)
            return open_sandbox(options.profile.resolve(), options.theme)
        with tempfile.TemporaryDirectory(prefix="demo_lgc-") as folder:
            return open_sandbox(Path(folder), options.theme)
    if not options.environment:
        sys.stderr.write(
            "demo_lgc a besoin de savoir où sont les services : "
            "essayez « demo-lgc --sandbox », ou donnez « --environment FICHIER --profile DOSSIER ».\n"
        )
        return 2
    from demo_lgc.app import run
    from demo_lgc.settings import SettingsError, load_environment

    try:
        environment = load_environment(options.environment)
    except SettingsError as error:
        sys.stderr.write(f"Fichier d’environnement inutilisable : {error}\n")
        return 2
    profile = options.profile or Path.home() / ".local" / "share" / "demo_lgc" / environment.kind
    return run(environment, profile, options.theme)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="demo-lgc", description="Logiciel de gestion de cabinet")
    parser.add_argument("--version", action="version", version=f"demo_lgc {__version__}")
    parser.add_argument("--sandbox", action="store_true", help="services simulés et patients fictifs")
    parser.add_argument("--environment", type=Path, metavar="FICHIER", help="où sont les services")
    parser.add_argument("--profile", type=Path, metavar="DOSSIER", help="où le cabinet est gardé")
    parser.add_argument(
        "--theme", choices=preferences.THEMES, default="", help="apparence, à la place de celle du réglage"
    )
    parser.add_argument(
        "--demonstrate", type=Path, metavar="DOSSIER", help="jouer le partage sans écran, images à l’appui"
    )
    add_commands(parser)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
