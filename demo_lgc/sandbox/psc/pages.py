"""The two pages that a human sees: choosing who signs in, and the telephone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from demo_lgc.sandbox.igc_sante import Holder
from demo_lgc.sandbox.psc.sessions import Request

_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 10vh auto; padding: 0 1rem }}
button {{ font: inherit; display: block; width: 100%; margin: .5rem 0; padding: .6rem }}
b {{ font-size: 2rem }}
</style></head><body><p>Bac à sable : aucune de ces personnes n’existe.</p><h1>{title}</h1>
{body}
</body></html>
"""


def choice(holders: Iterable[Holder], asked: Mapping[str, str]) -> str:
    """The form by which one of the doctors signs in; it carries the request along."""
    hidden = "".join(_field(name, value) for name, value in asked.items())
    people = "".join(
        f'<button name="login" value="{escape(h.national_id)}">'
        f"Dr {escape(h.given.title())} {escape(h.family)}</button>"
        for h in holders
    )
    cancel = '<button name="login" value="">Annuler</button>'
    return _page("Pro Santé Connect", f'<form method="post">{hidden}{people}{cancel}</form>')


def telephone(requests: Iterable[Request]) -> str:
    """What the telephones show, with the two buttons of each request."""
    asked = "".join(
        f'<form method="post"><p>{escape(r.holder.given.title())} {escape(r.holder.family)}, '
        f"vérifiez ce nombre : <b>{escape(r.number)}</b></p>{_field('request', r.name)}"
        '<button name="answer" value="accept">Accepter</button>'
        '<button name="answer" value="refuse">Refuser</button></form>'
        for r in requests
    )
    return _page("Le téléphone", asked or "<p>Aucune demande en attente. Rechargez la page.</p>")


def refusal(words: str) -> str:
    """What is shown when the browser cannot be sent back."""
    return _page("Demande refusée", f"<p>{escape(words)}</p>")


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=title, body=body)


def _field(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
