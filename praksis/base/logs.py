"""What never stands in the log, and what does in each line."""

import logging
import re

from praksis.base.identity import asked

SECRET = re.compile(r"/[\w-]{40,}(?=/|$)")
"""The token of a link, in an address: longer than any id."""


class WithoutSecrets(logging.Filter):
    """Takes the tokens of links out of what is logged: whoever reads the log could use them before their owner does."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always logged."""
        record.msg, record.args = SECRET.sub("/…", record.getMessage()), ()
        return True


class WithRequest(logging.Filter):
    """Says which request it was: the trail's entries and the history of rows have the same id."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always logged."""
        request = getattr(record, "request", None)  # what Django tells of an answer is told when the request is over
        record.asked = getattr(request, "id", asked.get()) or None
        return True
