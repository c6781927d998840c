"""Both doors under one address: the centre's at the root, the sponsor's under /sponsor/."""

from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.doors.centre import create_app as create_centre
from app.doors.sponsor import create_app as create_sponsor
from app.kernel.installation import Installation

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SPONSOR_PATH = "/sponsor"


def both_doors(installation: Installation) -> "WSGIApplication":
    """One WSGI application that serves the two doors; they share an address and nothing else."""
    return DispatcherMiddleware(create_centre(installation), {SPONSOR_PATH: create_sponsor(installation)})
