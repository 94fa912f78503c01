"""What is done with packages: laid in the wrong order, half, forged; each is made good afterwards, as we would."""

from services.agencies.kit.doors.base import How
from services.agencies.kit.doors.file_exchange import ExchangeDoor
from services.agencies.kit.trial import Trial


def gap(trial: Trial) -> None:
    """The second of two packages comes first."""
    door = _door(trial)
    first, second = trial.county.issue(), trial.county.issue()
    for letter in (first, second):
        trial.plain[letter.subject_id] = 1
        door.number(letter)
    door.send(second)
    # Asking for it is right, waiting too.
    trial.journal.wait(lambda: door.was_asked_for(first.id), trial.quiet_s)
    door.send(first)
    there = [trial.wait_taken(letter.subject_id, "sign") for letter in (first, second)]
    seen = f"先缺的：{trial.told(first.subject_id)}；先到的：{trial.told(second.subject_id)}；{trial.state()}"
    trial.record("package.gap", all(there), seen)


def forged_and_half(trial: Trial) -> None:
    """Three packages that are not to be taken as they are; then each is laid as it should be."""
    door = _door(trial)
    ways = {
        "signature.tampered": How.TAMPERED,
        "signature.wrong-key": How.WRONG_KEY,
        "package.half": How.HALF,
    }
    letters = {check: trial.county.issue() for check in ways}
    for check, how in ways.items():
        door.send(letters[check], how)
    trial.quiet()
    believed = {check: trial.journal.about(letter.subject_id) for check, letter in letters.items()}
    arrived = {check: door.has_arrived(letter.id) for check, letter in letters.items()}
    for letter in letters.values():
        door.send(letter)
    for check, letter in letters.items():
        task = letter.subject_id
        mended = trial.wait_taken(task, "sign")
        if believed[check] or arrived[check]:
            trial.record(check, False, f"不应采用的包被采用：{trial.told(task)}")
        else:
            trial.record(check, mended, f"改放正确的包之后：{trial.told(task)}；{trial.state()}")


def receipts(trial: Trial) -> None:
    letter = trial.issue()
    there = trial.wait(lambda: letter.id in trial.county.arrived)
    trial.record("package.receipt", there, "收到收条" if there else f"没有收条（received）；{trial.state()}")


def _door(trial: Trial) -> ExchangeDoor:
    assert isinstance(trial.door, ExchangeDoor)
    return trial.door
