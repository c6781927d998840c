"""The typed forms of the centre door, field by field. Answers to questions are none of them: their types say it all."""

from wtforms import Form
from wtforms.validators import StopValidation

from app.doors.request import gettext, language
from app.doors.screens import Line, Screen
from forms.definition import Label, Question
from forms.refusals import AnswerRefused
from forms.types import kind_of

BIRTH = Question("birth", Label("Naissance", "Birth"), "partial_date", "")
LONGEST_INITIALS = 8


class Initials(Line):
    """Initials in capitals; a whole name is not wanted."""

    def pre_validate(self, form: Form) -> None:
        """Refuses what is longer than initials are."""
        super().pre_validate(form)
        self.data = self.data.upper()
        if len(self.data) > LONGEST_INITIALS:
            raise StopValidation(gettext("Des initiales, pas un nom : 8 caractères au plus."))


class Birth(Line):
    """A birth as far as it is known; `data` is ISO text once valid."""

    def pre_validate(self, form: Form) -> None:
        """Refuses what is no date, as the question type does."""
        super().pre_validate(form)
        try:
            self.data = kind_of(BIRTH.type).parse(self.data, BIRTH).value
        except AnswerRefused as refused:
            raise StopValidation(refused.message(language())) from refused
        if self.data is None:
            raise StopValidation(self.wanted())


class Sex(Line):
    """1 or 2, as everywhere in the list."""

    def pre_validate(self, form: Form) -> None:
        """Refuses everything else."""
        super().pre_validate(form)
        if self.data not in ("1", "2"):
            raise StopValidation(self.wanted())


class Naming(Screen):
    """Who answers: every change is attributed to a person with a function."""

    name = Line(most=200, needed=lambda: gettext("Indiquez votre nom."))
    function = Line(most=200, needed=lambda: gettext("Indiquez votre fonction."))


class Enrolment(Screen):
    """The three facts by which a chart is found again."""

    initials = Initials(most=200, needed=lambda: gettext("Indiquez les initiales du patient."))
    birth = Birth(most=200, needed=lambda: gettext("Indiquez la naissance : mois et année suffisent."))
    sex = Sex(most=10, needed=lambda: gettext("Indiquez le sexe."))


class Reason(Screen):
    """Why there will be no answer for a patient."""

    kind = Line(most=40, needed=lambda: gettext("Choisissez une raison."))
    destination = Line(most=200)
    note = Line(most=500)


class Reply(Screen):
    """What a centre answers to the sponsor's question: the reason of a correction, or why nothing changes."""

    reply = Line(most=2_000, needed=lambda: gettext("Écrivez ce que vous avez vérifié ou corrigé."))


class Colleague(Screen):
    """A colleague of the same centre; the address is checked where it is used."""

    name = Line(most=200, needed=lambda: gettext("Indiquez son nom."))
    email = Line(most=254, needed=lambda: gettext("Indiquez son courriel."))
    function = Line(most=200, needed=lambda: gettext("Indiquez sa fonction."))
    hand_over = Line(most=1)
