"""The program under the kill: the real window logs in, shares once, then lets its timer finish.

`python -m tests.campaigns.program ENVIRONMENT PROFILE CODE` prints `sending` when « Envoyer » is pressed and
`done` once nothing is open any more. A second start on the same profile resumes what the first one left.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication

from demo_lgc.demonstration import COLLEAGUE, PATIENT, Player
from demo_lgc.house import build_house
from demo_lgc.settings import load_environment
from demo_lgc.ui import theme
from demo_lgc.ui.main_window import MainWindow


def main(environment: str, profile: str, code: str) -> int:
    """Play until nothing is open."""
    application = QApplication(sys.argv[:1])
    theme.apply("light")
    house = build_house(load_environment(Path(environment)), Path(profile))
    window = MainWindow(house.desk, sandbox=True, version="campaign")
    window.resize(1440, 900)
    window.show()
    player = Player(window, patience=90)
    player.log_in(code)
    patient = house.desk.files.search(PATIENT)[0]
    if not house.desk.files.open(patient.id).deliveries:
        player.open_record(PATIENT)
        player.share()
        player.add_recipient(COLLEAGUE)
        player.add_recipient("MEDECIN5978")
        player.click("share.send")
        say("sending")
    player.wait(
        "every delivery ended",
        lambda: house.desk.files.open(patient.id).deliveries and not house.desk.deliveries.unfinished(),
    )
    say("done")
    window.close()
    house.close()
    application.processEvents()
    return 0


def say(word: str) -> None:
    """Tell the campaign, at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:4]))
