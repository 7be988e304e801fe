"""Where limits of rates are counted, and what is costly to make is kept for a while."""

import base64
import pickle
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from evisynth.store.models import Counted
from evisynth.store.trouble import trouble_of

LONGEST = timedelta(hours=1)  # nothing is counted or kept for so long


class CountedCache(DatabaseCache):
    """Django's cache in a table. What a clock that was ahead has counted does not count, and reading never fails.

    Without that, who had typed a wrong password too often before the clock was set back would be kept out until it
    has caught up.
    """

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        keys = list(keys)
        made = [self.make_key(key, version=version) for key in keys]
        try:
            ahead = Counted.objects.filter(cache_key__in=made, expires__gt=timezone.now() + LONGEST)
            if ahead.exists():
                ahead.delete()
            found: dict[Any, Any] = super().get_many(keys, version)
        except DatabaseError as error:  # reading removes what has expired
            if trouble_of(error) is None:
                raise
            return {}
        return found

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """As Django's, but for a database that cannot be written: that is an error, not "it is there already".

        It is how the counting of tries is locked; without it, "too many tries" would be told of a full disk.
        """
        made, now = self.make_key(key, version=version), timezone.now()
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        Counted.objects.filter(Q(expires__lt=now) | Q(expires__gt=now + LONGEST), cache_key=made).delete()
        text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        lasts = LONGEST if seconds is None else timedelta(seconds=seconds)
        kept = {"value": text, "expires": now + lasts}
        return Counted.objects.get_or_create(cache_key=made, defaults=kept)[1]
