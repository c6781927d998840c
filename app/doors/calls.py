"""Where a telephone call lies under the sponsor's address: what the desk and the call must know to lead to each other."""

import re

from flask import request

CALL = "recueil.call"  # the key of the WSGI environment under which the call's id stands
ADDRESS = re.compile(r"(/appel/([0-9a-f]{32}))(/.*)", re.DOTALL)


def call_url(call_id: str) -> str:
    """The address of a call's first page, seen from the desk."""
    return f"{request.script_root}/appel/{call_id}/"


def desk_url(study: str, centre_id: int) -> str:
    """The address of a centre's page at the telephone desk, seen from a call."""
    return f"{request.script_root.rpartition('/appel/')[0]}/studies/{study}/chase/{centre_id}"
