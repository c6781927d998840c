"""The pages of a study, in the order of the work, each for the roles that may open it."""

from dataclasses import dataclass

from flask_babel import lazy_gettext


@dataclass(frozen=True)
class Tab:
    """One page of a study in its navigation."""

    endpoint: str
    label: str
    roles: tuple[str, ...]

    sections: tuple[str, ...] = ()

    @property
    def blueprints(self) -> tuple[str, ...]:
        """Whose pages stand under this tab."""
        return self.endpoint.split(".")[0], *self.sections


_ALL, _DATA, _DESK = ("manager", "statistician", "reader"), ("manager", "statistician"), ("manager",)
TABS = (
    Tab("dashboard.show", lazy_gettext("Réponses"), _ALL, ("breakdown",)),
    Tab("lists.show", lazy_gettext("Listes"), _DESK, ("mapping", "reviewing")),
    Tab("patients.show", lazy_gettext("Patients"), _DESK, ("regrouping", "centres", "proposals")),
    Tab("respondents.show", lazy_gettext("Correspondants"), _DESK, ("respondent",)),
    Tab("outbox.show", lazy_gettext("Envois"), _DESK, ("inviting", "campaigning", "wording_mails")),
    Tab("chasing.show", lazy_gettext("Téléphone"), _DESK),
    Tab("exporting.show", lazy_gettext("Données"), _DATA, ("completing",)),
    Tab("versions.show", lazy_gettext("Questionnaire"), _ALL),
    Tab("journal.show", lazy_gettext("Journal"), _DATA),
)


def tabs(role: str) -> list[Tab]:
    """The tabs that this role sees."""
    return [tab for tab in TABS if role in tab.roles]
