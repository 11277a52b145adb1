"""What is still owed of the honest answer while scripts speak: told when faults are removed."""

from faults.steps import Event, Step


def settle(owed: list[Step], said: Step) -> bool:
    """Forget the honest steps that this one tells or replaces; True if it is one of them.

    Of an honest event that is told in pieces, the pieces that are to follow stay owed.
    """
    for index, one in enumerate(owed):
        if one is said:
            del owed[: index + 1]
            return True
    owed.clear()
    if isinstance(said, Event) and said.rest is not None:
        owed.append(said.rest)
    return False
