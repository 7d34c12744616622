"""The shared store of the drawings: the cache named « drawings », which may be away without anybody noticing."""

import logging

from django.core.cache import caches

logger = logging.getLogger(__name__)


class CachedDrawings:
    """The store given to `cog.charts_store`."""

    def get(self, key: str) -> str | None:
        try:
            found: str | None = caches["drawings"].get(key)
        except Exception:  # whatever the cache's client raises, the drawing can be made here
            logger.warning("dessins gardés injoignables", exc_info=True)
            return None
        return found

    def set(self, key: str, text: str) -> None:
        try:
            caches["drawings"].set(key, text)
        except Exception:  # whatever it raises, a drawing that is not kept is made again
            logger.warning("dessins gardés injoignables", exc_info=True)
