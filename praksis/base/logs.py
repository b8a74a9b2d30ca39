"""What never stands in the log."""

import logging
import re

SECRET = re.compile(r"/[\w-]{40,}(?=/|$)")
"""The token of a link, in an address: longer than any id."""


class WithoutSecrets(logging.Filter):
    """Takes the tokens of links out of what is logged: whoever reads the log could use them before their owner does."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always logged."""
        record.msg, record.args = SECRET.sub("/…", record.getMessage()), ()
        return True
