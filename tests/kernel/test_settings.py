"""Settings come from the environment, or are refused with a sentence that says what would do."""

from pathlib import Path

import pytest

from app.kernel.errors import BadSetting
from app.kernel.settings import Settings


def test_defaults_need_no_environment() -> None:
    settings = Settings.from_environment({})
    assert settings.home == Path("var").absolute()
    assert settings.database_url == f"sqlite:///{settings.home / 'recueil.db'}"
    assert settings.smtp_url is None
    assert settings.language == "fr"


def test_a_plain_postgresql_url_gets_the_locked_driver() -> None:
    settings = Settings.from_environment({"RECUEIL_DATABASE_URL": "postgresql://host/base"})
    assert settings.database_url == "postgresql+psycopg://host/base"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECUEIL_DATABASE_URL", "mysql://host/base"),
        ("RECUEIL_PUBLIC_URL", "recueil.example.org"),
        ("RECUEIL_PUBLIC_URL", "http://recueil.example.org"),
        ("RECUEIL_PUBLIC_URL", "https://recueil.example.org/?next=1"),
        ("RECUEIL_PUBLIC_URL", "ftp://recueil.example.org"),
        ("RECUEIL_SMTP_URL", "http://mail.example.org"),
        ("RECUEIL_SMTP_URL", "smtp://"),
        ("RECUEIL_MAIL_FROM", "nobody"),
        ("RECUEIL_LANGUAGE", "de"),
        ("RECUEIL_MAILS_PER_HOUR", "many"),
        ("RECUEIL_BOUNCES_URL", "imap://host/INBOX"),
        ("RECUEIL_DATABASE_URL", "postgresql://host:abc/base"),
        ("RECUEIL_PUBLIC_URL", "http://["),
        ("RECUEIL_PUBLIC_URL", "https://recueil.example.org:99999"),
        ("RECUEIL_SMTP_URL", "smtp://host:abc"),
        ("RECUEIL_SMTP_URL", "smtp://host:0"),
        ("RECUEIL_MAILS_PER_HOUR", "²"),
        ("RECUEIL_MAILS_PER_HOUR", "0"),
        ("RECUEIL_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({name: value})
    assert name in refused.value.message("fr")
    assert name in refused.value.message("en")


def test_https_makes_the_installation_secure() -> None:
    assert Settings.from_environment({"RECUEIL_PUBLIC_URL": "https://recueil.example.org/"}).secure
    assert not Settings.from_environment({}).secure
