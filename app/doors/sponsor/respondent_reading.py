"""The people at the centres as the desk looks for them; names are opened only for a session that asked to see them."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.cohort.models import Study
from app.kernel.vault import Vault
from app.outreach.addresses import checked, mailbox_of
from app.outreach.errors import NotAMailbox
from app.outreach.models import Respondent
from app.outreach.people import Person, person_of, respondents_of

STATES = ("active", "bounced", "stopped")


@dataclass(frozen=True)
class Line:
    """One respondent; `who` is None until names were asked for."""

    one: Respondent
    who: Person | None

    @property
    def state(self) -> str:
        """One of STATES."""
        return "stopped" if not self.one.active else "bounced" if self.one.box.bounced_at else "active"

    def says(self, typed: str) -> bool:
        """Whether what was typed stands in what this screen shows of them."""
        one, who = self.one, self.who
        said = [one.centre.code, one.centre.name, one.centre.city or "", one.function]
        said += [who.name, who.email, who.telephone] if who else []
        return any(typed.casefold() in word.casefold() for word in said)


def find_respondents(
    session: Session, vault: Vault, study: Study, *, typed: str, state: str, shown: bool
) -> list[Line]:
    """Everybody of the study whose line says what was typed, of one of STATES where it names one.

    A whole address finds its person without a name being shown: its fingerprint is compared.
    """
    everybody = [Line(one, person_of(vault, one) if shown else None) for one in respondents_of(session, study)]
    try:
        mailbox = mailbox_of(vault, checked(typed))
    except NotAMailbox:
        mailbox = ""
    return [
        line
        for line in everybody
        if state in ("", line.state) and (not typed or line.one.mailbox == mailbox or line.says(typed))
    ]
