"""The machinery of a door: one transaction a request, deny by default, limits, headers, error pages."""

import logging
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from babel import Locale
from flask import Flask, Response, g, render_template, request
from flask import Request as FlaskRequest
from flask.typing import ResponseReturnValue
from flask_babel import Babel, gettext
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import Forbidden, HTTPException, NotFound, RequestEntityTooLarge, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, ValidationError

from app.doors.cookies import RememberingSessions, form_token
from app.doors.guard import Policy, allow, policy_of, public_asset, refuse_foreign_pages, waits_of
from app.doors.headers import add_headers
from app.doors.request import Passage, language, passing, spoken
from app.kernel.errors import Refusal
from app.kernel.installation import Installation
from app.kernel.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STATIC = Path(__file__).resolve().parents[1] / "static"
# Parsed once: Babel would parse the name anew for every request.
LOCALES = {language: Locale.parse(language) for language in LANGUAGES}
SAFE_METHODS = ("GET", "HEAD")
FIELDS_AT_MOST = 5_000
DIGITS_AT_MOST = 18
access_log = logging.getLogger("recueil.access")
error_log = logging.getLogger("recueil.error")
csrf = CSRFProtect()


class BoundedRequest(FlaskRequest):
    """A request whose fields are counted before they are parsed: a million of them costs no time."""

    def _load_form_data(self) -> None:
        if self.mimetype == "application/x-www-form-urlencoded":
            body = self.get_data(cache=True, parse_form_data=False)
            if body.count(b"&") >= FIELDS_AT_MOST:
                raise RequestEntityTooLarge
        super()._load_form_data()


class BoundedNumber(IntegerConverter):
    """A number in an address that a row may have: more digits than the database counts are nobody's page."""

    def to_python(self, value: str) -> int:
        """The number, or no such address."""
        if len(value) > DIGITS_AT_MOST:
            raise ValidationError
        return int(super().to_python(value))


class _Refused(Exception):
    """Carries a response out of its transaction, which is then rolled back."""

    def __init__(self, response: Response) -> None:
        self.response = response


class Door(Flask):
    """A Flask application whose views are guarded and run in one transaction each.

    `name` is the cookie's and the log's; `key` signs the session cookie; `body_bytes` is the largest
    body accepted. The package gives `templates/error.html` (status, title, message, reference).
    """

    request_class = BoundedRequest

    def __init__(
        self, installation: Installation, name: str, package: str, *, key: bytes, body_bytes: int
    ) -> None:
        super().__init__(package, static_folder=str(STATIC), static_url_path="/static")
        self.installation = installation
        self.session_interface = RememberingSessions()
        self.url_map.converters["int"] = BoundedNumber
        self.extensions["installation"] = installation
        self.config.update(_configuration(installation, name, key, body_bytes))
        allow(public_asset)(self.view_functions["static"])
        translations = str(Path(self.root_path) / "translations")
        Babel(self, default_translation_directories=translations, locale_selector=_locale)
        csrf.init_app(self)
        self.jinja_env.globals["csrf_token"] = form_token
        self.before_request(_start)
        self.after_request(self._finish)
        self.register_error_handler(Exception, self._show_error)
        if installation.settings.trusted_proxies:
            hops = installation.settings.trusted_proxies
            self.wsgi_app = ProxyFix(self.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's documented way

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answers one request; nothing of whoever passed is left for the next one on this thread."""
        before = passing.set(None)
        try:
            return super().__call__(environ, start_response)
        finally:
            passing.reset(before)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: no view is a coroutine, and Flask would ask that eight times a request."""
        return func

    def dispatch_request(self) -> ResponseReturnValue:
        """Guards the view, runs it in its transaction and commits before the response leaves."""
        if request.routing_exception is not None:
            self.raise_routing_exception(request)
        policy = policy_of(self.view_functions.get(request.endpoint or ""))
        if policy is None:
            raise Forbidden
        if not policy.stores:
            return super().dispatch_request()
        try:
            return self._in_transaction(policy)
        except _Refused as refused:
            return refused.response

    def _in_transaction(self, policy: Policy) -> Response:
        safe = request.method in SAFE_METHODS
        if not safe and policy.csrf:
            refuse_foreign_pages()
            csrf.protect()
        database, clock = self.installation.database, self.installation.clock
        if safe or waits_of(self.view_functions[request.endpoint or ""]):
            with database.snapshot() as connection:
                return self._pass(policy, Passage(connection, clock()))
        with database.writing() as session:
            return self._pass(policy, Passage(session.connection(), clock(), session))

    def _pass(self, policy: Policy, passage: Passage) -> Response:
        passing.set(passage)
        policy.admit()
        response = self.make_response(super().dispatch_request())
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise _Refused(response)
        return response

    def _finish(self, response: Response) -> Response:
        spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
        access_log.info("%s %s %s %.0f ms", request.method, masked(request.path), response.status_code, spent)
        return add_headers(response, secure=self.installation.settings.secure)

    def _show_error(self, error: Exception) -> ResponseReturnValue:
        if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
            return error
        if isinstance(error, SecurityError):
            # A page would need addresses, and none can be made for a host that is not ours.
            return Response("400", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
        if isinstance(error, Refusal):
            return self.error_page(error.status, error.message(language()))
        if isinstance(error, HTTPException):
            return self.error_page(error.code or 500, _explained(error))
        reference = secrets.token_hex(4)
        error_log.error("%s %s [%s]", request.method, masked(request.path), reference, exc_info=error)
        message = gettext("Une erreur est survenue de notre côté ; rien n’a été modifié.")
        return self.error_page(500, message, reference)

    def error_page(self, status: int, message: str, reference: str | None = None) -> ResponseReturnValue:
        """The door's own page for a refusal or an error; JSON where the page's script asked."""
        if request.accept_mimetypes.best == "application/json":
            return {"error": message, "reference": reference}, status
        return render_template("error.html", status=status, message=message, reference=reference), status


def masked(path: str) -> str:
    """The path as logs may hold it: no link token."""
    parts = path.split("/")
    return "/".join([*parts[:2], "…"]) if len(parts) > 2 and parts[1] in ("r", "desinscription") else path


def _locale() -> Locale:
    return LOCALES[spoken()]


def _start() -> None:
    g.started = time.perf_counter()
    # PostgreSQL takes no NUL: no code, name or search with one finds anything. A token is only ever hashed, and one
    # that opens nothing has a page of its own, the same for all.
    path = request.path
    if ("\x00" in path and masked(path) == path) or b"%00" in request.query_string:
        raise NotFound


def _explained(error: HTTPException) -> str:
    if isinstance(error, CSRFError):
        return str(gettext("Votre session a expiré. Revenez à la page précédente et recommencez."))
    known: dict[int, str] = {
        403: gettext("Vous n’avez pas accès à cette page."),
        404: gettext("Cette page n’existe pas, ou n’est pas à vous."),
        405: gettext("Cette action n’est pas possible ici."),
        413: gettext("L’envoi est trop volumineux."),
        429: gettext("Trop d’essais. Attendez quelques minutes."),
    }
    return known.get(error.code or 500) or str(gettext("La demande n’a pas été comprise."))


def _configuration(installation: Installation, name: str, key: bytes, body_bytes: int) -> dict[str, Any]:
    settings = installation.settings
    host = urlsplit(settings.public_url).hostname or "localhost"
    loopback = ["localhost", "127.0.0.1", "[::1]"] if not settings.secure else []
    return {
        "SECRET_KEY": key.hex(),
        "TRUSTED_HOSTS": [host, *loopback],
        "SESSION_COOKIE_NAME": f"__Host-recueil-{name}" if settings.secure else f"recueil-{name}",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "WTF_CSRF_TIME_LIMIT": None,
        # The guard asks for the token itself, so that a view's policy decides.
        "WTF_CSRF_CHECK_DEFAULT": False,
        "MAX_CONTENT_LENGTH": body_bytes,
        "MAX_FORM_MEMORY_SIZE": body_bytes,
        "MAX_FORM_PARTS": FIELDS_AT_MOST,
        "PROVIDE_AUTOMATIC_OPTIONS": False,
        "BABEL_DEFAULT_LOCALE": settings.language,
    }
