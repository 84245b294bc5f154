"""Which version of the synthesis a sharing makes: the first of a set, or the next after the one that is out.

A patient has one current synthesis of a doctor: what was shared before is replaced, not joined. But nothing
may be lost nor stuck for it: when replacing is not possible, a new set begins.

Reference: [CISIS-MIN] §3.5.5.10; [DMP] §8.5 replacement (TD2.1b).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from demo_lgc.domain.delivery import Channel, DeliveryState, SharedVersion
from demo_lgc.domain.document import DocumentHeader, Visibility, next_version


def replaceable(
    shared: tuple[SharedVersion, ...], *, to_dmp: bool, visibility: Visibility
) -> SharedVersion | None:
    """Return which of the versions shared so far (latest first) the next one replaces, None for none.

    In the DMP it is the last that was given to it, once it has arrived there: one that still waits cannot be
    replaced, and after a refusal another set must begin, or each sharing would meet that refusal again. A
    document that the patient may not see replaces nothing: what was shown cannot be hidden (EX_2.1-1050).
    """
    if to_dmp and visibility is Visibility.INVISIBLE_TO_PATIENT:
        return None
    for version in shared:
        states = {state for channel, state in version.deliveries if channel is Channel.DMP or not to_dmp}
        if states:
            return version if DeliveryState.SENT in states else None
    return None


def following(header: DocumentHeader, before: SharedVersion, latest: int, now: datetime) -> DocumentHeader:
    """Return the header of the version that replaces `before`; `latest` is the greatest number of its set."""
    former = replace(header, unique_id=before.unique_id, set_id=before.set_id, version=latest)
    return next_version(former, header.unique_id, now)
