"""An installation: settings, keys, database and vault of one home, opened together."""

import os
from dataclasses import dataclass

from app.kernel.clock import Clock, utc_now
from app.kernel.database import Database
from app.kernel.keys import Keys
from app.kernel.migrating import assert_at_head, migrate
from app.kernel.settings import Settings
from app.kernel.vault import Vault


@dataclass(frozen=True)
class Installation:
    """Everything that an operation may need of the place it runs in."""

    settings: Settings
    keys: Keys
    database: Database
    vault: Vault
    clock: Clock = utc_now

    @classmethod
    def open(cls, settings: Settings, clock: Clock = utc_now) -> "Installation":
        """The installation of `settings.home`, home and keys made where missing; the database as it is."""
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = Keys.load_or_make(settings.home)
        database = Database(settings.database_url)
        installation = cls(settings, keys, database, Vault(keys), clock)
        installation._keep_private()
        return installation

    def initialise(self) -> None:
        """Brings the database to head; safe to repeat."""
        migrate(self.database)
        self.database.assert_durable()
        self._keep_private()

    def assert_ready(self) -> None:
        """Refuses to go on with an old schema or with a database that could lose what it acknowledged."""
        assert_at_head(self.database)
        self.database.assert_durable()

    def _keep_private(self) -> None:
        if not self.database.is_sqlite:
            return
        path = self.database.engine.url.database
        if path and os.path.exists(path):
            os.chmod(path, 0o600)
