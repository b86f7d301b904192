"""The production entry: ``granian --interface wsgi --factory lti_bridge.wsgi:create``.

``LTI_BRIDGE_CONFIG`` names the settings file.
"""

from __future__ import annotations

import atexit
import os
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING

from lti_bridge.app import create_app
from lti_bridge.app.watching import configure_logging
from lti_bridge.settings import load

if TYPE_CHECKING:
    from flask import Flask


def create() -> Flask:
    """The application of this process; what its launch list still waits to write is written."""
    configure_logging()
    app = create_app(load(os.environ.get("LTI_BRIDGE_CONFIG")))
    close = app.extensions["lti_bridge.journal"].close
    # Worker processes leave without atexit; multiprocessing has its own way out.
    Finalize(None, close, exitpriority=10)
    atexit.register(close)
    return app
