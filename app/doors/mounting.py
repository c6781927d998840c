"""Both doors under one address: the centre's at the root, the sponsor's under /sponsor/, telephone calls under that."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from app.doors.calls import ADDRESS, CALL
from app.doors.centre import create_app as create_centre
from app.doors.sponsor import create_app as create_sponsor
from app.doors.telephone import create_app as create_telephone
from app.kernel.installation import Installation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SPONSOR_PATH = "/sponsor"


class Desk:
    """The sponsor's application, and within each call's address the pages on which its answers are typed."""

    def __init__(self, sponsor: "WSGIApplication", telephone: "WSGIApplication") -> None:
        self._sponsor, self._telephone = sponsor, telephone

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answers one request. The call becomes part of the mount point, so that every address leads within it."""
        found = ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if found is None:
            return self._sponsor(environ, start_response)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + found[1]
        environ[CALL], environ["PATH_INFO"] = found[2], found[3]
        return self._telephone(environ, start_response)


def mounted(centre: "WSGIApplication", sponsor: "WSGIApplication") -> "WSGIApplication":
    """The two doors as one WSGI application; they share an address and nothing else."""
    return DispatcherMiddleware(centre, {SPONSOR_PATH: sponsor})


def staff_door(installation: Installation) -> "WSGIApplication":
    """All that staff use: the desk with its telephone calls."""
    return Desk(create_sponsor(installation), create_telephone(installation))


def both_doors(installation: Installation) -> "WSGIApplication":
    """Both doors of an installation, made and mounted."""
    return mounted(create_centre(installation), staff_door(installation))
