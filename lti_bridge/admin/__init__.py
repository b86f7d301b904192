"""The admin pages: who looks after the bridge signs in here, and sees and changes things.

Every page and action checks on the server who asks (:mod:`lti_bridge.admin.door`) and what they
may do, by MEETS' own names of permissions; every change is written down.
"""

from lti_bridge.admin.accounts import AccountViews
from lti_bridge.admin.auditing import AuditViews
from lti_bridge.admin.blueprint import blueprint
from lti_bridge.admin.door import Door
from lti_bridge.admin.entry import EntryViews
from lti_bridge.admin.launches import LaunchPages
from lti_bridge.admin.overview import OverviewPage
from lti_bridge.admin.pages import AdminPages
from lti_bridge.admin.passwords import Passwords, check_strength
from lti_bridge.admin.people import PersonPages
from lti_bridge.admin.platform_editing import PlatformEditing
from lti_bridge.admin.platforms import PlatformPages
from lti_bridge.admin.ports import Lmss
from lti_bridge.admin.recordings import RecordingPages
from lti_bridge.admin.services import ServicePages
from lti_bridge.admin.signing_in import SigningIn, account_name
from lti_bridge.admin.single_sign_on import SingleSignOn

__all__ = [
    "AccountViews",
    "AdminPages",
    "AuditViews",
    "Door",
    "EntryViews",
    "LaunchPages",
    "Lmss",
    "OverviewPage",
    "Passwords",
    "PersonPages",
    "PlatformEditing",
    "PlatformPages",
    "RecordingPages",
    "ServicePages",
    "SigningIn",
    "SingleSignOn",
    "account_name",
    "blueprint",
    "check_strength",
]
