"""A stand-in of Meetingz, Mconf-Live and BigBlueButton, each as strict as its document.

``services`` has the three constructors, ``kinds`` what the services know, as tables. A request
goes through ``simulator`` (paths, methods), ``query`` (checksum), ``parameters`` (rules) to
``calls`` or ``recording_calls``, which work on ``meetings`` and ``recordings`` and answer through
``answers``, ``recording_answers`` and ``stats``; people see ``pages``; ``callbacks`` go out.
"""

from lti_bridge.simulators.bigbluebutton.recordings import Format, Image, Recording
from lti_bridge.simulators.bigbluebutton.sending import Callback
from lti_bridge.simulators.bigbluebutton.services import (
    create_bigbluebutton,
    create_mconf,
    create_meetingz,
)
from lti_bridge.simulators.bigbluebutton.simulator import Simulator
from lti_bridge.simulators.bigbluebutton.slides import Slide

__all__ = [
    "Callback",
    "Format",
    "Image",
    "Recording",
    "Simulator",
    "Slide",
    "create_bigbluebutton",
    "create_mconf",
    "create_meetingz",
]
