"""The simulated Meetingz by itself; it is one of the BigBlueButton family."""

from lti_bridge.simulators.bigbluebutton import Simulator as MeetingzSimulator
from lti_bridge.simulators.bigbluebutton import create_meetingz

__all__ = ["MeetingzSimulator", "create_meetingz"]
