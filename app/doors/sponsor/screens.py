"""The typed forms of the desk, field by field; what an operation refuses is its own affair."""

from typing import Any

from flask_babel import gettext

from app.doors.screens import Count, Day, Line, Screen
from app.doors.sponsor.journal_reading import Wanted
from app.outreach.addresses import checked
from app.outreach.campaigns import DATES, LIMITS, Plan
from app.outreach.people import Person


class Calendar(Screen):
    """The calendar, the mail budget and the contact of a study; its fields are those of a plan."""

    announced_on, invited_on, first_reminder_on, return_by, closes_on = Day(), Day(), Day(), Day(), Day()
    reminder_days, quiet_days, monthly_ceiling = Count(), Count(), Count()
    cap_nothing, cap_partial, cap_query = Count(), Count(), Count()
    contact = Line(most=400)

    def plan(self) -> Plan:
        """The plan that was typed, once the form is valid."""
        values: dict[str, Any] = {name: self[name].day for name in DATES}
        values |= {name: self[name].number for name in LIMITS}
        return Plan(**values, contact=self.contact.data)


class Call(Screen):
    """A call as it went."""

    outcome = Line(most=40)
    note = Line(most=2_000)


class Speaker(Screen):
    """Who is on the line: a respondent by number, or somebody named with a function."""

    who, name, function = Line(most=20), Line(most=200), Line(most=200)


class Decision(Screen):
    """What becomes of a centre's proposal; `seen` is the revision that was read."""

    accept = Line(most=1)
    seen = Count()
    reason = Line(most=500)


class Standing(Screen):
    """Where the desk stands with a centre, and when to call again."""

    status = Line(most=40)
    next_on = Day()


class Publication(Screen):
    """The definition whose changes were shown."""

    sha256 = Line(most=64)
    agreed = Line(most=1)


class Account(Screen):
    """An account to add; the address and the role are checked where they are used."""

    email = Line(most=254, needed=lambda: gettext("Indiquez l’adresse électronique."))
    role = Line(most=40)


class MailWords(Screen):
    """The words of a message; its placeholders are checked where it is saved."""

    subject = Line(most=150, needed=lambda: gettext("Indiquez l’objet."))
    body = Line(most=20_000, needed=lambda: gettext("Écrivez le texte."))


class Confirmation(Screen):
    """How many mails are about to leave, typed by whoever sends them; `number` is None until it is one."""

    count = Count()


class Somebody(Screen):
    """A respondent; the address is checked where it is used."""

    email, name = Line(most=254), Line(most=200)
    function, telephone, language = Line(most=200), Line(most=40), Line(most=2)

    def person(self) -> Person:
        """Who was typed, once the form is valid. Raises NotAMailbox."""
        spoken = "en" if self.language.data == "en" else "fr"
        return Person(self.name.data, checked(self.email.data), self.telephone.data, self.function.data, spoken)


class Newcomer(Somebody):
    """A respondent whom no file named."""

    centre = Line(most=20)


class Looking(Screen):
    """What somebody looks for in the journal; it comes from the address."""

    action, centre, patient, person = Line(most=64), Line(most=9), Line(most=32), Line(most=200)
    first, last = Day(), Day()

    def wanted(self) -> Wanted:
        """What was asked for, once the form is valid; a centre that is no number is no centre."""
        centre = self.centre.data
        return Wanted(
            action=self.action.data,
            centre=int(centre) if centre.isascii() and centre.isdigit() else None,
            patient=self.patient.data,
            person=self.person.data,
            first=self.first.day,
            last=self.last.day,
        )
