"""The words of the command line: what each command takes. Its module is loaded only when it is called.

The window must open at once: a start that loaded what these commands need would wait for half a second.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add `cda`, `xdm` and `conformance`; `run` is what the chosen one does, and returns an exit status."""
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(metavar="COMMANDE", title="sans ouvrir de dossier")
    _add_cda(commands)
    _add_xdm(commands)
    _add_conformance(commands)


def _add_cda(commands: Any) -> None:
    acts = _acts(commands, "cda", "lire et vérifier des documents CDA")
    check = acts.add_parser("check", help="dire si des documents sont lisibles et sûrs")
    _take_files(check, "document CDA")
    check.add_argument("--strict", action="store_true", help="refuser aussi ce qui n’est pas conforme")
    check.set_defaults(run=_check_cda)
    show = acts.add_parser("show", help="afficher un document, dans le terminal ou dans une fenêtre")
    show.add_argument("file", type=Path, metavar="FICHIER")
    show.add_argument("--json", action="store_true", help="ce qu’il dit, en JSON")
    show.add_argument("--window", action="store_true", help="dans une fenêtre")
    show.add_argument("--theme", choices=("light", "dark", "contrast"), default="light")
    show.set_defaults(run=_show_cda)


def _add_xdm(commands: Any) -> None:
    acts = _acts(commands, "xdm", "lire et vérifier des archives IHE XDM et leurs messages")
    check = acts.add_parser("check", help="dire si des archives et des messages sont lisibles et sûrs")
    _take_files(check, "archive ou message")
    check.set_defaults(run=_check_xdm)


def _add_conformance(commands: Any) -> None:
    acts = _acts(commands, "conformance", "vérification des documents avec le paquet de l’ANS")
    install = acts.add_parser("install", help="installer le paquet de conformité")
    install.add_argument(
        "folder",
        type=Path,
        metavar="DOSSIER",
        help="où il a été téléchargé\u00a0: il contient infrastructure, schematrons et jeuxDeValeurs",
    )
    install.set_defaults(run=_install)


def _acts(commands: Any, name: str, help_: str) -> Any:
    return commands.add_parser(name, help=help_).add_subparsers(dest="act", required=True, metavar="ACTION")


def _take_files(parser: argparse.ArgumentParser, kind: str) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FICHIER", help=kind)
    parser.add_argument("--json", action="store_true", help="une ligne JSON par fichier")


def _check_cda(options: argparse.Namespace) -> int:
    from demo_lgc.commands import cda

    return cda.check(options.files, as_json=options.json, strict=options.strict)


def _show_cda(options: argparse.Namespace) -> int:
    from demo_lgc.commands import cda

    return cda.show(options.file, as_json=options.json, window=options.window, theme=options.theme)


def _check_xdm(options: argparse.Namespace) -> int:
    from demo_lgc.commands import xdm

    return xdm.check(options.files, as_json=options.json)


def _install(options: argparse.Namespace) -> int:
    from demo_lgc.commands import conformance

    return conformance.install_pack(options.folder)
