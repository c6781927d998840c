"""The settings, read once from the environment, and refused there when they could not work."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.kernel.errors import BadSetting
from app.kernel.language import LANGUAGES, Language

MAIL_SCHEMES = ("smtp", "smtps", "smtp+starttls")
DATABASE_SCHEMES = ("sqlite", "postgresql+psycopg")


@dataclass(frozen=True)
class Settings:
    """Every setting of Recueil; the README lists them with their defaults."""

    home: Path
    database_url: str
    public_url: str
    smtp_url: str | None
    mail_from: str
    language: Language
    mails_per_hour: int | None = None
    trusted_proxies: int = 0
    bounces_url: str | None = None

    @property
    def secure(self) -> bool:
        """Whether the public URL is https: cookies are then Secure and host-bound."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """The settings of `environment` (the process's own by default).

        Raises BadSetting naming the variable, what is wrong and what would do.
        """
        env = os.environ if environment is None else environment
        home = Path(env.get("RECUEIL_HOME") or "var").absolute()
        return cls(
            home=home,
            database_url=_database_url(env.get("RECUEIL_DATABASE_URL") or f"sqlite:///{home / 'recueil.db'}"),
            public_url=_public_url(env.get("RECUEIL_PUBLIC_URL") or "http://localhost:8000"),
            smtp_url=_smtp_url(env.get("RECUEIL_SMTP_URL")),
            mail_from=_mail_from(env.get("RECUEIL_MAIL_FROM") or "Recueil <recueil@localhost.localdomain>"),
            language=_language(env.get("RECUEIL_LANGUAGE") or "fr"),
            mails_per_hour=_count("RECUEIL_MAILS_PER_HOUR", env.get("RECUEIL_MAILS_PER_HOUR"), 1),
            trusted_proxies=_count("RECUEIL_TRUSTED_PROXIES", env.get("RECUEIL_TRUSTED_PROXIES"), 0) or 0,
            bounces_url=_bounces_url(env.get("RECUEIL_BOUNCES_URL")),
        )


def _database_url(value: str) -> str:
    # `postgresql://` is what people and hosting panels write; the driver in the lock is psycopg 3.
    if value.startswith(("postgresql://", "postgres://")):
        value = "postgresql+psycopg://" + value.split("://", 1)[1]
    if value.split("://", 1)[0] not in DATABASE_SCHEMES or not _is_database_url(value):
        raise BadSetting(
            name="RECUEIL_DATABASE_URL",
            why_fr="sqlite:///chemin ou postgresql://hôte/base attendu.",
            why_en="sqlite:///path or postgresql://host/base expected.",
        )
    return value


def _is_database_url(value: str) -> bool:
    try:
        make_url(value)
    except (ArgumentError, ValueError):
        return False
    return True


def _parts(value: str) -> SplitResult:
    """The parts of an address; those of an empty one when it is none, or when its port is no port."""
    try:
        parts = urlsplit(value)
        return parts if parts.port is None or parts.port > 0 else urlsplit("")
    except ValueError:
        return urlsplit("")


def _public_url(value: str) -> str:
    parts = _parts(value)
    loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
    extra = parts.query or parts.fragment or parts.username
    if parts.scheme not in ("http", "https") or not parts.hostname or extra:
        raise BadSetting(
            name="RECUEIL_PUBLIC_URL",
            why_fr="une adresse comme https://recueil.exemple.fr est attendue.",
            why_en="an address such as https://recueil.example.org is expected.",
        )
    if parts.scheme == "http" and not loopback:
        raise BadSetting(
            name="RECUEIL_PUBLIC_URL",
            why_fr="http n’est accepté que sur cette machine ; utilisez https.",
            why_en="http is accepted on this machine only; use https.",
        )
    return value.rstrip("/")


def _smtp_url(value: str | None) -> str | None:
    if not value:
        return None
    parts = _parts(value)
    if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
        raise BadSetting(
            name="RECUEIL_SMTP_URL",
            why_fr="smtp://hôte:port, smtps://… ou smtp+starttls://… attendu.",
            why_en="smtp://host:port, smtps://… or smtp+starttls://… expected.",
        )
    return value


def _bounces_url(value: str | None) -> str | None:
    if not value:
        return None
    parts = _parts(value)
    if not (parts.scheme == "imaps" and parts.hostname) and not (parts.scheme == "maildir" and parts.path):
        raise BadSetting(
            name="RECUEIL_BOUNCES_URL",
            why_fr="imaps://utilisateur:motdepasse@hôte/dossier ou maildir:///chemin attendu.",
            why_en="imaps://user:password@host/folder or maildir:///path expected.",
        )
    return value


def _mail_from(value: str) -> str:
    address = value.rsplit("<", 1)[-1].rstrip(">").strip()
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise BadSetting(
            name="RECUEIL_MAIL_FROM",
            why_fr="« Nom <adresse@exemple.fr> » attendu.",
            why_en="“Name <address@example.org>” expected.",
        ) from error
    return value


def _language(value: str) -> Language:
    if value not in LANGUAGES:
        raise BadSetting(name="RECUEIL_LANGUAGE", why_fr="fr ou en attendu.", why_en="fr or en expected.")
    return value


def _count(name: str, value: str | None, least: int) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value[:9]) >= least):
        raise BadSetting(
            name=name,
            why_fr=f"un nombre entier, au moins {least}, est attendu.",
            why_en=f"a whole number, {least} at least, is expected.",
        )
    return int(value)
