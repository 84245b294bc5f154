"""How the servers of an operator are told whose mailbox we open: by the card, or by an access token.

Reference: [MSS] §1.1, MSS/CONF.07, .09; RFC 4422 appendix A, RFC 4954 §4; « XOAUTH2 » as Google defined it.
"""

from __future__ import annotations

import base64
import smtplib

from demo_lgc.domain.trust import AccessToken

_NOT_TAKEN = 535  # SMTP: what should prove who we are is refused


def xoauth2(mailbox: str, access_token: str) -> bytes:
    """Return the response of SASL XOAUTH2, before base64."""
    return f"user={mailbox}\x01auth=Bearer {access_token}\x01\x01".encode()


def show_card(wire: smtplib.SMTP) -> tuple[int, bytes]:
    """Authenticate by the certificate of the handshake; return the reply, 235 when it is taken."""
    reply = wire.docmd("AUTH", "EXTERNAL =")
    return wire.docmd("") if reply[0] == 334 else reply  # a server that takes no initial response


def show_token(wire: smtplib.SMTP, mailbox: str, token: AccessToken, access: str) -> tuple[int, bytes]:
    """Authenticate with `access`; when it is refused, once more with another one of `token`.

    Return the reply, 235 when it is taken. Raises what `token` raises.
    """
    reply = _say(wire, mailbox, access)
    return _say(wire, mailbox, token.fresh(refused=access)) if reply[0] == _NOT_TAKEN else reply


def _say(wire: smtplib.SMTP, mailbox: str, access: str) -> tuple[int, bytes]:
    # Not with the command: no token of Pro Santé Connect fits in its 512 characters.
    reply = wire.docmd("AUTH", "XOAUTH2")
    if reply[0] == 334:
        reply = wire.docmd(base64.b64encode(xoauth2(mailbox, access)).decode())
    if reply[0] == 334:  # why it is refused; an empty answer ends it
        reply = wire.docmd("")
    return reply
