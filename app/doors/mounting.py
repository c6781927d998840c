"""Both doors under one address: the centre's at the root, the sponsor's under /sponsor/."""

from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.doors.centre import create_app as create_centre
from app.doors.sponsor import create_app as create_sponsor
from app.kernel.installation import Installation

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SPONSOR_PATH = "/sponsor"


def mounted(centre: "WSGIApplication", sponsor: "WSGIApplication") -> "WSGIApplication":
    """The two doors as one WSGI application; they share an address and nothing else."""
    return DispatcherMiddleware(centre, {SPONSOR_PATH: sponsor})


def both_doors(installation: Installation) -> "WSGIApplication":
    """Both doors of an installation, made and mounted."""
    return mounted(create_centre(installation), create_sponsor(installation))
