"""Every key of the program, in one table that feeds the shortcuts and the tooltips.

On a French keyboard the digits are shifted: a shortcut on a digit is registered with the unshifted sign
too (Alt+1 and Alt+&). Reference: interface §7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

AZERTY = {"1": "&", "2": "é", "3": '"', "4": "'", "5": "(", "6": "-", "7": "è"}
_FRENCH = {"Shift": "Maj", "Return": "Entrée", "Escape": "Échap", "Up": "↑", "Down": "↓"}


@dataclass(frozen=True)
class Key:
    """What a key does, where. `does` is a verb; `others` are keys that do the same without being shown."""

    does: str
    page: str  # window: everywhere once the session is open; else the page it belongs to
    key: str
    others: tuple[str, ...] = ()

    @property
    def sequences(self) -> tuple[str, ...]:
        """Every sequence registered, the one shown first."""
        digit = self.key[-1]
        shifted = (self.key[:-1] + AZERTY[digit],) if "+" in self.key and digit in AZERTY else ()
        return (self.key, *shifted, *self.others)

    @property
    def shown(self) -> str:
        """The key in French: « Ctrl+Maj+P »."""
        return "+".join(_FRENCH.get(part, part) for part in self.key.split("+"))


KEYS: dict[str, Key] = {
    "search": Key("Rechercher", "window", "Ctrl+K"),
    "home": Key("Accueil", "window", "Ctrl+Shift+A"),
    "outbox": Key("Envois", "window", "Ctrl+Shift+E"),
    "next-record": Key("Dossier suivant", "window", "Ctrl+Tab"),
    "close-record": Key("Fermer le dossier", "window", "Ctrl+W"),
    "next-patient": Key("Ouvrir le dossier", "home", "Alt+1"),
    "search-from-home": Key("Rechercher", "home", "Ctrl+F"),
    "refresh-home": Key("Actualiser", "home", "F5"),
    "share": Key("Partager le VSM", "record", "Ctrl+Shift+P"),
    "add-file": Key("Ajouter un fichier", "record", "Ctrl+O"),
    "receive": Key("Ajouter au dossier", "reception", "Ctrl+Return", ("Ctrl+Enter",)),
    "leave-sheet": Key("Ne pas l’ajouter", "reception", "Escape"),
    "send": Key("Envoyer", "sharing", "Ctrl+Return", ("Ctrl+Enter",)),
    "back": Key("Revenir au dossier", "sharing", "Escape"),
    "refresh-outbox": Key("Actualiser", "outbox", "F5"),
    "document-previous": Key("Document précédent", "viewer", "Alt+Up"),
    "document-next": Key("Document suivant", "viewer", "Alt+Down"),
    "document-apart": Key("Autre fenêtre", "viewer", "Shift+Return", ("Shift+Enter",)),
    "document-list": Key("Liste des documents", "viewer", "Ctrl+L"),
    "document-print": Key("Imprimer", "viewer", "Ctrl+P"),
    "find": Key("Rechercher", "viewer", "Ctrl+F"),
    "find-next": Key("Suivant", "find", "Return"),
    "find-previous": Key("Précédent", "find", "Shift+Return"),
    "find-close": Key("Fermer la recherche", "find", "Escape"),
    "zoom-in": Key("Agrandir", "viewer", "Ctrl++", ("Ctrl+=",)),
    "zoom-out": Key("Réduire", "viewer", "Ctrl+-"),
    "leave-settings": Key("Revenir à l’identification", "settings", "Escape"),
    "undo-setting": Key("Annuler le dernier réglage", "settings", "Ctrl+Z"),
    "zoom-none": Key("Taille d’origine", "viewer", "Ctrl+0", ("Ctrl+à",)),
}


def bind(name: str, widget: QWidget, act: Callable[[], object]) -> tuple[QShortcut, ...]:
    """Make a key of the table act while `widget` is in sight in the active window. Raises KeyError.

    Wherever the focus is: on the top bar, or nowhere after a click beside everything.
    """
    made = []
    for sequence in KEYS[name].sequences:
        shortcut = QShortcut(QKeySequence(sequence), widget)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(act)
        made.append(shortcut)
    return tuple(made)


def tip(name: str, words: str = "") -> str:
    """Return a tooltip, the verb (or `words`) and the key: « Envoyer (Ctrl+Entrée) ». Raises KeyError."""
    return f"{words or verb(name)} ({KEYS[name].shown})"


def verb(name: str) -> str:
    """Return what a key does, « Envoyer ». Raises KeyError."""
    return QCoreApplication.translate("shortcuts", KEYS[name].does)
