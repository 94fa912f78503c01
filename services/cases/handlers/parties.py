"""The party's identity: recorded sealed, shown masked, in full to the handling agency alone and never unseen."""

from services.cases.domain.party_identity import NotHandlingAgency, PartyIdentity, plain_number
from services.cases.storage.parties import party_id
from services.cases.storage.sealing import SealingOff
from services.cases.storage.unit import CasesUnit
from shared.contracts.codes import Role
from shared.contracts.party_identities import PartyView, RecordParty, UnmaskedParty, UnmaskParty
from shared.errors import StaleVersion
from shared.identifiers import masked_number, masked_phone
from shared.operations import Call
from shared.sealing import SecretBox


def record_party(cmd: RecordParty, call: Call, unit: CasesUnit) -> PartyView:
    """Raises NotHandlingAgency, PartyNumberWrong, SealingOff."""
    case = unit.cases.lock_seen(unit.connection, call.by, call.target, None)
    if call.by.org_code != case.lead_agency and not call.by.has(Role.COORDINATOR):
        raise NotHandlingAgency(case.lead_agency)
    number = plain_number(cmd)
    record = unit.parties.find(unit.connection, case.id, lock=True) or PartyIdentity(id=party_id(case.id))
    _check_version(record, call)
    box = _box(unit)
    record.sealed_no = box.seal(number, _purpose(record, "no"))
    record.sealed_phone = "" if cmd.phone is None else box.seal(cmd.phone, _purpose(record, "phone"))
    record.sealed_address = "" if cmd.address is None else box.seal(cmd.address, _purpose(record, "address"))
    record.masked_no = masked_number(number)
    record.masked_phone = "" if cmd.phone is None else masked_phone(cmd.phone)
    told = record.record(case.id, case.case_no, case.division_code, cmd, unit.now)
    record.jurisdiction = case.division_code
    unit.record(record, unit.parties, told)
    return record.view(case.party_name)


def unmask_party(cmd: UnmaskParty, call: Call, unit: CasesUnit) -> UnmaskedParty:
    """Raises NotHandlingAgency, NotFound where nothing is recorded. The look itself is an event."""
    case = unit.cases.get_seen(unit.connection, call.by, call.target)
    if call.by.org_code != case.lead_agency:
        raise NotHandlingAgency(case.lead_agency)
    record = unit.parties.get_of(unit.connection, case.id, lock=True)
    _check_version(record, call)
    box = _box(unit)
    number = box.open(record.sealed_no, _purpose(record, "no"))
    phone = box.open(record.sealed_phone, _purpose(record, "phone")) if record.sealed_phone else None
    address = box.open(record.sealed_address, _purpose(record, "address")) if record.sealed_address else None
    unit.record(record, unit.parties, record.unmask(cmd.purpose, unit.now))
    return UnmaskedParty(
        case_id=case.id,
        case_no=case.case_no,
        version=record.version,
        id_kind=record.id_kind,
        id_no=number,
        phone=phone,
        address=address,
        views=record.views,
    )


def _check_version(record: PartyIdentity, call: Call) -> None:
    """If-Match is of this record, not of the case. Raises StaleVersion."""
    if call.expected_version is not None and call.expected_version != record.version:
        raise StaleVersion(call.expected_version, record.version)


def _box(unit: CasesUnit) -> SecretBox:
    if unit.desk.seals is None:
        raise SealingOff
    return unit.desk.seals.box


def _purpose(record: PartyIdentity, column: str) -> str:
    return f"party_identity:{record.id}:{column}"
