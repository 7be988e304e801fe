"""Sessions in the database, which may be full or only to be read."""

import logging
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from evisynth.store.trouble import trouble_of

log = logging.getLogger(__name__)


class SessionStore(db.SessionStore):
    """Where nothing can be written, pages are read all the same: what the session would have noted is not kept.

    Nobody can sign in or out then, since that makes or removes a session.
    """

    def save(self, must_create: bool = False) -> None:
        try:
            super().save(must_create)
        except UpdateError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            log.warning("A session was not noted. %s", trouble.title)

    @classmethod
    def get_model_class(cls) -> Any:
        return db.SessionStore.get_model_class()
