"""The libraries below log what they ask for and what they couldn't read: secrets, at times."""

from __future__ import annotations

import logging

_LIBRARIES = ("requests", "urllib3")


def silence_libraries() -> None:
    """Drop every record of requests and urllib3, whatever levels and handlers they are given."""
    for library in _LIBRARIES:
        logging.getLogger(library).propagate = False
    # A filter holds only for records made on its own logger, so each module's needs one.
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _LIBRARIES:
            logging.getLogger(name).addFilter(_drop)


def _drop(_record: logging.LogRecord) -> bool:
    return False
