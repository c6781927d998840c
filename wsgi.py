"""The WSGI applications: `centre`, `sponsor`, and `application`, the two of them mounted together."""

from app.doors.centre import create_app as create_centre
from app.doors.mounting import mounted, staff_door
from app.kernel.installation import Installation
from app.kernel.settings import Settings

installation = Installation.open(Settings.from_environment())
installation.assert_ready()
centre = create_centre(installation)
sponsor = staff_door(installation)
application = mounted(centre, sponsor)
