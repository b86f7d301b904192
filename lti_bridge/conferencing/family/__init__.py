"""Meetingz, Mconf-Live and BigBlueButton: one signer, one reader, and what differs between them."""

from lti_bridge.conferencing.family.bigbluebutton import BigBlueButton
from lti_bridge.conferencing.family.mconf import MconfLive
from lti_bridge.conferencing.family.meetingz import Meetingz

__all__ = ["BigBlueButton", "MconfLive", "Meetingz"]
