"""A browser without scripts: follows links, fills the forms that pages really have, keeps cookies."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

Values = Mapping[str, str | list[str]]


@dataclass
class Form:
    """One form of a page, with the values a browser would send if nobody touched it."""

    action: str
    method: str
    fields: list[tuple[str, str]]
    names: set[str]


@dataclass
class Page:
    """What came back: where we ended, its status and its content."""

    url: str
    status: int
    body: bytes
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The page as text, tags included."""
        return self.body.decode("utf-8", errors="replace")

    def form(self, name: str) -> Form:
        """The form that has a field or button of this name."""
        return next(form for form in self.forms if name in form.names)


class PlainClient:
    """Follows redirects and sends forms over real HTTP; one client is one person's browser."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> Page:
        """The page at this address."""
        return self._open(urllib.request.Request(url))

    def head(self, url: str) -> Page:
        """The answer to HEAD, as a mail scanner asks."""
        return self._open(urllib.request.Request(url, method="HEAD"))

    def send(self, page: Page, form: Form, values: Values = {}) -> Page:  # noqa: B006  # only read
        """The page that follows after the form was sent with these values in place of its own."""
        kept = [(name, value) for name, value in form.fields if name not in values]
        typed = [
            (name, one)
            for name, value in values.items()
            for one in ([value] if isinstance(value, str) else value)
        ]
        data = urllib.parse.urlencode(kept + typed)
        url = urllib.parse.urljoin(page.url, form.action)
        if form.method == "get":
            return self.get(f"{url}?{data}")
        return self._open(urllib.request.Request(url, data=data.encode(), method="POST"))

    def upload(self, page: Page, form: Form, name: str, file: Path) -> Page:
        """The page that follows after the form was sent with this file."""
        edge = "edge-of-a-part"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
            for field, value in form.fields
        ]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n\r\n'
        data = b"".join([*parts, head.encode(), file.read_bytes(), f"\r\n--{edge}--\r\n".encode()])
        url = urllib.parse.urljoin(page.url, form.action)
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._open(urllib.request.Request(url, data=data, headers=headers, method="POST"))

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=120) as response:
                return _page(response.url, response.status, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return _page(error.url or request.full_url, error.code, error.read())


def _page(url: str, status: int, body: bytes) -> Page:
    page = Page(url, status, body)
    tree: Any = html5lib.parse(body, namespaceHTMLElements=False, transport_encoding="utf-8")
    page.links = [urllib.parse.urljoin(url, one.get("href", "")) for one in tree.iter("a") if one.get("href")]
    sources = [
        one.get("src") or one.get("href") for one in tree.iter() if one.tag in ("link", "script", "img")
    ]
    page.assets = [urllib.parse.urljoin(url, source) for source in sources if source]
    outside = [one for one in tree.iter() if one.get("form")]
    for form in tree.iter("form"):
        inside = [*form.iter(), *(one for one in outside if one.get("form") == form.get("id"))]
        names = {str(one.get("name")) for one in inside if one.get("name")}
        fields = [pair for one in inside for pair in _sent(one)]
        page.forms.append(Form(form.get("action", ""), form.get("method", "get").lower(), fields, names))
    return page


def _sent(control: Element) -> Iterator[tuple[str, str]]:
    name, kind = control.get("name"), control.get("type", "text")
    if not name or control.get("disabled") is not None:
        return
    if control.tag == "textarea":
        yield name, "".join(control.itertext())
    elif control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        yield from ((name, one.get("value", "".join(one.itertext()))) for one in chosen)
    elif control.tag == "input" and kind in ("radio", "checkbox"):
        if control.get("checked") is not None:
            yield name, control.get("value", "on")
    elif control.tag == "input" and kind not in ("submit", "button", "image", "file", "reset"):
        yield name, control.get("value", "")
