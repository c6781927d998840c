"""The centre's pages in the hands of staff, who type what somebody says on the telephone. Behind the sponsor's sign-in.

It adds no page of questions: rendering, checks, saving and submission are the centre door's own.
"""

from app.doors.centre import ABOUT_PATIENTS, door_of
from app.doors.centre.door import CentreDoor
from app.doors.sponsor.signed_in import start_login
from app.doors.telephone import calling
from app.doors.telephone.admitting import by_call
from app.kernel.installation import Installation


def create_app(installation: Installation) -> CentreDoor:
    """The WSGI application of a call, with the sponsor's cookie: who signs out there is out here."""
    rooms = (*ABOUT_PATIENTS, calling)
    door = door_of(
        installation, "sponsor", installation.keys.sponsor_session, rooms, by_call, by_telephone=True
    )
    start_login(door)
    return door
