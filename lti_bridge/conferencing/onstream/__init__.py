"""Onstream (its API, version 2): sessions, invitees, recordings.

An account is called as its user ("Basic HTTP Authentication"); its times are on its own clock
(`zones`). `api` has the calls, `service` what the bridge makes of them.
"""

from lti_bridge.conferencing.onstream.invitations import InMemory, Invitation, Invitations
from lti_bridge.conferencing.onstream.service import Onstream

__all__ = ["InMemory", "Invitation", "Invitations", "Onstream"]
