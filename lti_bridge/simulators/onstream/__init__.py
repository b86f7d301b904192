"""A stand-in of Onstream: one account, its API and the pages that its links lead to.

::

    {base}{username}/NAME[/name/value…][/format/json]   the API, HTTP Basic everywhere
    /{username}/go/TOKEN                                the class, by a person's own link
    /{username}/KEY                                     the class, for whoever gives a name
    /play/ID-TITLE                                      a recording

Onstream API Documentation, whole. What it leaves open can be set: see :func:`create_onstream`.
"""

from lti_bridge.simulators.onstream.records import (
    File,
    FileInSession,
    Invitee,
    Mail,
    Recording,
    Session,
    Visit,
)
from lti_bridge.simulators.onstream.simulator import OnstreamSimulator, create_onstream

__all__ = [
    "File",
    "FileInSession",
    "Invitee",
    "Mail",
    "OnstreamSimulator",
    "Recording",
    "Session",
    "Visit",
    "create_onstream",
]
