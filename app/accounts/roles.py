"""The roles of staff. Words only, so that the command line knows them without a database."""

from typing import Literal, get_args

Role = Literal["manager", "statistician", "reader"]
ROLES: tuple[Role, ...] = get_args(Role)
