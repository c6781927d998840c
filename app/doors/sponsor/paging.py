"""A page of a long table, and what it may be sorted by: an allow-list, never the address bar’s word."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from app.kernel.texts import whole_number


@dataclass(frozen=True)
class Page:
    """Which rows of a table are shown."""

    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """The rank of the first row shown, from 1."""
        return self.offset + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """The rank of the last row shown."""
        return min(self.total, self.offset + self.size)

    def address(self, number: int) -> str:
        """Another page of this table, beside this one's address."""
        return address_with(page=number)

    @property
    def offset(self) -> int:
        """How many rows come before."""
        return (self.number - 1) * self.size


@dataclass(frozen=True)
class Order:
    """What a table is sorted by."""

    by: str
    descending: bool

    def toggled(self, column: str) -> str:
        """The direction a click on this column's header asks for."""
        return "asc" if self.by == column and self.descending else "desc" if self.by == column else "asc"

    def said(self, column: str) -> str | None:
        """The header's aria-sort."""
        return None if self.by != column else "descending" if self.descending else "ascending"


def address_with(**asked: object) -> str:
    """This page's address asking for something else, None for nothing; what else it asks for stays asked."""
    kept = [(name, value) for name, value in request.args.items() if name not in asked]
    return "?" + urlencode([*kept, *((name, value) for name, value in asked.items() if value is not None)])


def asked_number() -> int:
    """The page number in the address, 1 when there is none."""
    return max(1, request.args.get("page", 1, type=whole_number))


def asked_page(total: int, size: int) -> Page:
    """The page the address asks for, kept within what there is."""
    last = max(1, -(-total // size))
    return Page(min(asked_number(), last), size, total)


def asked_order(columns: Collection[str], default: str, *, descending: bool = False) -> Order:
    """The order the address asks for when it is one of `columns`, else the default."""
    by = request.args.get("sort", default)
    if by not in columns or "sort" not in request.args:
        return Order(default, descending)
    return Order(by, request.args.get("order") == "desc")
