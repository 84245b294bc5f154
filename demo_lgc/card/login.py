"""Give codes to a token: to open it, to unblock it, to change its code. In the thread that owns the module.

What a token refuses is returned, never raised: an exception would keep the frames where the code is. The
caller must then restart the module, for python-pkcs11 leaks the session of a login that failed, and a
read-only session that is left open forbids unblocking.

Reference: [CPS] §1.3, §2; [PKCS11] C_Login, C_InitPIN, C_SetPIN.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from pkcs11 import exceptions as p11

from demo_lgc.card.module import GONE, HELD, restart
from demo_lgc.card.token import Found
from demo_lgc.domain.errors import CardError, CardProblem

logger = logging.getLogger(__name__)

_WRONG = (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange)


def log_in(module: Any, found: Found, code: str) -> Any:
    """Give the code, once; return the session, or a CardProblem: WRONG_CODE, BLOCKED, IN_USE, REMOVED…

    Another session of this process may have been left logged in: it ends, and the code is given again.
    """
    for _ in range(2):
        try:
            return found.token.open(user_pin=code)
        except p11.UserAlreadyLoggedIn:
            try:
                restart(module)
            except CardError as error:
                return error.problem
        except p11.PinLocked:
            return CardProblem.BLOCKED
        except _WRONG:
            return CardProblem.WRONG_CODE
        except p11.PKCS11Error as error:
            return _other(error, CardProblem.UNREADABLE)
    return CardProblem.IN_USE


def unblock(found: Found, unblocking_code: str, new_code: str) -> CardProblem | None:
    """Give the unblocking code, then a new code; return what was refused, None when all is well.

    WRONG_UNBLOCKING_CODE, UNBLOCKING_BLOCKED, NEW_CODE_REFUSED, IN_USE, REMOVED, REFUSED.
    """
    try:
        session = found.token.open(rw=True, so_pin=unblocking_code)
    except p11.PinLocked:
        return CardProblem.UNBLOCKING_BLOCKED
    except _WRONG:
        return CardProblem.WRONG_UNBLOCKING_CODE
    except p11.PKCS11Error as error:
        return _other(error, CardProblem.REFUSED)
    try:
        session.init_pin(new_code)
    except p11.PKCS11Error as error:
        return _new_code(error)
    finally:
        _close(session)
    return None


def change(found: Found, code: str, new_code: str) -> CardProblem | None:
    """Replace the code; return what was refused, None when all is well.

    WRONG_CODE, BLOCKED, NEW_CODE_REFUSED, IN_USE, REMOVED, REFUSED. A session without login is enough:
    C_SetPIN proves the old code itself.
    """
    try:
        session = found.token.open(rw=True)
    except p11.PKCS11Error as error:
        return _other(error, CardProblem.REFUSED)
    try:
        session.set_pin(code, new_code)
    except p11.PinLocked:
        return CardProblem.BLOCKED
    except p11.PinIncorrect:
        return CardProblem.WRONG_CODE
    except p11.PKCS11Error as error:
        return _new_code(error)
    finally:
        _close(session)
    return None


def _new_code(error: p11.PKCS11Error) -> CardProblem:
    """Return what a failure means once the old code, or the unblocking code, was right.

    A card refuses a code by an error of its own, for which OpenSC has but GeneralError.
    """
    logger.info("PKCS#11: %s for a new code", type(error).__name__)
    if isinstance(error, p11.FunctionNotSupported):
        return CardProblem.REFUSED
    return CardProblem.REMOVED if isinstance(error, GONE) else CardProblem.NEW_CODE_REFUSED


def _other(error: p11.PKCS11Error, otherwise: CardProblem) -> CardProblem:
    logger.info("PKCS#11: %s for a code", type(error).__name__)
    if isinstance(error, HELD):
        return CardProblem.IN_USE
    return CardProblem.REMOVED if isinstance(error, GONE) else otherwise


def _close(session: Any) -> None:
    with contextlib.suppress(p11.PKCS11Error):  # dead with the card, when it left
        session.close()
