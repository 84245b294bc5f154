"""Open the program: the window on a house (`demo_lgc.house`), and the simulated services beside it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

from demo_lgc import __version__, logs, preferences
from demo_lgc.domain.errors import LgcError
from demo_lgc.house import NAME, PUBLISHER, build_house
from demo_lgc.settings import Environment, load_environment


def shut_in() -> None:
    """Keep to ourselves what this process writes, and what it would leave behind in a crash.

    Files are their owner's only, those of the processes we start as well, and no core dump is written: the
    code porteur and the record on the screen would be in it.
    """
    os.umask(0o077)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(environment: Environment, profile: Path, theme_name: str) -> int:
    """Open the desktop on a profile; return the exit status.

    `theme_name` is a theme of `demo_lgc.ui.theme`, « » for the one set in « Administration ».
    """
    shut_in()
    with logs.hearing_bugs():
        return _run(environment, profile, theme_name)


def _run(environment: Environment, profile: Path, theme_name: str) -> int:
    # Qt is imported here so that `build_house` serves programs without a window.
    from PySide6.QtWidgets import QApplication

    from demo_lgc.card.tls.selftest import self_test
    from demo_lgc.ui import theme
    from demo_lgc.ui.cannot_open import CannotOpen
    from demo_lgc.ui.errors import explain
    from demo_lgc.ui.main_window import MainWindow

    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName(NAME)
    application.setApplicationVersion(__version__)
    theme.apply(theme_name or preferences.load(profile).theme)
    try:
        house = build_house(environment, profile)
    except LgcError as error:
        words = explain(error)
        sys.stderr.write(f"{words.title} {words.detail}\n")
        CannotOpen(words).exec()  # there is no window yet, nor any gesture to keep alive
        return 1
    handler = logs.write_to(profile)
    try:
        window = MainWindow(
            house.desk,
            sandbox=environment.is_sandbox,
            version=__version__,
            software=NAME,
            publisher=PUBLISHER,
        )
        window.resize(1440, 900)
        window.show()
        Thread(target=self_test, name="tls-self-test", daemon=True).start()  # before the first connection
        return int(application.exec())
    finally:
        house.close()
        logging.getLogger("demo_lgc").removeHandler(handler)
        handler.close()


class SandboxError(RuntimeError):
    """The simulated services did not start; their process said why on standard error."""


@contextlib.contextmanager
def sandbox(folder: Path) -> Iterator[dict[str, str]]:
    """Run the simulated services in a process of their own; yield where they are.

    They stop when the context closes, and by themselves if this process dies. Raises SandboxError.
    """
    command = [sys.executable, "-m", "demo_lgc.sandbox", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - asked for above
        try:
            line = child.stdout.readline()
            if not line:
                raise SandboxError
            yield json.loads(line)
        finally:
            child.stdin.close()
            child.wait(timeout=30)


def open_sandbox(folder: Path, theme_name: str) -> int:
    """Open the desktop on a throw-away profile and the simulated services."""
    try:
        with sandbox(folder / "world") as places:
            sys.stdout.write(f"Bac à sable prêt. Code porteur de la carte : {places['code']}\n")
            sys.stdout.flush()
            return run(load_environment(Path(places["environment"])), folder / "profile", theme_name)
    except SandboxError:
        sys.stderr.write("Le bac à sable n’a pas démarré : voyez ci-dessus ce qui lui manque.\n")
        return 1
