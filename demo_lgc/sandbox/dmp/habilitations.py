"""TD0.3: the professional records that the patient consents, or no longer does.

Reference: [DMP] §4, §9.4.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from lxml import etree

from demo_lgc.sandbox.dmp.caller import Caller
from demo_lgc.sandbox.dmp.names import HABILITATIONS, children, text_of
from demo_lgc.sandbox.dmp.refusals import RegistryRefusal, SoapFault
from demo_lgc.sandbox.dmp.state import State


def set_authorization(payload: etree._Element, caller: Caller, state: State) -> str:
    """Treat a setAuthorization and return the body of the answer. Raises RegistryRefusal, SoapFault."""
    action, role = _read(payload)
    if caller.mode != "normal":
        raise RegistryRefusal("DMPAccessDeniedByRightsService", "Action interdite dans ce mode d'accès")
    record = state.open_record(caller)
    current = record.authorisation_of(caller.national_id)
    if current == "INTERDIT":
        raise RegistryRefusal("DMPAccessForbidden", "Le patient a bloqué l'accès de ce professionnel")
    treating = record.treating_doctor == caller.national_id
    if action == "AJOUT":
        if current == "VALIDE" and (not role or treating):
            return answer("DMPOk", "Autorisation déjà présente aucune action effectuée")
        state.authorise(
            caller.patient.matricule, caller.national_id, "VALIDE", caller.national_id if role else None
        )
        return answer("DMPOk", "Autorisation ajoutée")
    if role:  # the treating doctor gives back that role, and stays authorised
        if not treating:
            raise RegistryRefusal("DMPAccessDeniedByRightsService", "Le PS n'est pas médecin traitant")
        state.authorise(caller.patient.matricule, caller.national_id, current, "")
        return answer("DMPOk", "Rôle de médecin traitant supprimé")
    if current != "VALIDE":
        return answer("DMPOk", "Autorisation absente aucune action effectuée")
    state.authorise(caller.patient.matricule, caller.national_id, "NON_EXISTE", "" if treating else None)
    return answer("DMPOk", "Autorisation supprimée")


def answer(status: str, context: str) -> str:
    """Return the setAuthorizationResponse."""
    return (
        f'<setAuthorizationResponse xmlns="{HABILITATIONS}"><output><status>{escape(status)}</status>'
        f"<context>{escape(context)}</context></output></setAuthorizationResponse>"
    )


def _read(payload: etree._Element) -> tuple[str, str]:
    parts = children(payload)
    names = [part.tag for part in parts]
    action = f"{{{HABILITATIONS}}}action"
    if names not in ([action], [action, f"{{{HABILITATIONS}}}role"]):
        raise SoapFault("Unmarshalling Error: setAuthorization")
    verb, role = text_of(parts[0]), text_of(parts[1]) if len(parts) == 2 else ""
    if verb not in ("AJOUT", "SUPPRESSION") or (len(parts) == 2 and role != "MEDECIN_TRAITANT"):
        raise SoapFault("Unmarshalling Error: setAuthorization")
    return verb, role
