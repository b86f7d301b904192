"""All that is held of one person: found, counted, given out, and erased.

What that is stands in one place as data (:mod:`lti_bridge.store.persons.inventory`): every table
and column, what of a person it holds, and how that goes.
"""

from lti_bridge.store.persons.book import PersonalData
from lti_bridge.store.persons.values import Erased, FoundPerson

__all__ = ["Erased", "FoundPerson", "PersonalData"]
