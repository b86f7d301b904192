"""What launches say of the LMS's services: written when it is news, and only then."""

from __future__ import annotations

import pytest

from lti_bridge.directory import Directory, LmsServices, Patience, ServiceBook
from lti_bridge.errors import StoreUnavailable
from lti_bridge.store import NOTHING_OFFERED, Offered
from tests.unit.directory.launches import a_launch

SERVICES = LmsServices(
    memberships_url="https://lms.example.edu/m",
    line_items_url="https://lms.example.edu/l",
    line_item_url="https://lms.example.edu/l/1",
    grade_scopes=("a",),
    groups_url="https://lms.example.edu/g",
    group_sets_url="https://lms.example.edu/s",
)


class Counted:
    """The store's own, and how often it was written to."""

    def __init__(self, services):
        self._services = services
        self.saved = 0
        self.broken = False

    def save(self, *said):
        if self.broken:
            raise StoreUnavailable("It can't be reached.")
        self.saved += 1
        self._services.save(*said)


@pytest.fixture
def counted(store):
    return Counted(store.course_services)


def arrive(store, book, **changes):
    launch = a_launch(store, **changes)
    course = Directory(store.people, None).course_for(launch, Patience(1))
    book.note(launch, course)
    return course


def test_the_first_launch_tells_and_the_next_says_nothing_new(store, counted):
    book = ServiceBook(counted)
    course = arrive(store, book, services=SERVICES)
    arrive(store, book, services=SERVICES)
    assert counted.saved == 1
    assert store.course_services.of(course.id) == Offered(
        memberships_url=SERVICES.memberships_url,
        line_items_url=SERVICES.line_items_url,
        grade_scopes=SERVICES.grade_scopes,
        groups_url=SERVICES.groups_url,
        group_sets_url=SERVICES.group_sets_url,
    )


def test_nor_after_a_restart(store, counted):
    arrive(store, ServiceBook(counted), services=SERVICES)
    arrive(store, ServiceBook(counted), services=SERVICES)
    assert counted.saved == 1


def test_another_link_of_the_course_is_no_news(store, counted):
    book = ServiceBook(counted)
    arrive(store, book, services=SERVICES)
    other = LmsServices(
        memberships_url=SERVICES.memberships_url,
        line_items_url=SERVICES.line_items_url,
        line_item_url="https://lms.example.edu/l/2",
        grade_scopes=SERVICES.grade_scopes,
        groups_url=SERVICES.groups_url,
        group_sets_url=SERVICES.group_sets_url,
    )
    arrive(store, book, services=other, resource_link_id="link-2")
    assert counted.saved == 1


def test_what_is_offered_no_more_is_forgotten(store, counted):
    book = ServiceBook(counted)
    course = arrive(store, book, services=SERVICES)
    arrive(store, book, services=LmsServices())
    assert counted.saved == 2
    assert store.course_services.of(course.id) == NOTHING_OFFERED


def test_an_lms_without_services_leaves_no_trace(store, counted):
    course = arrive(store, ServiceBook(counted))
    assert counted.saved == 0
    assert store.course_services.of(course.id) is None


def test_a_database_that_fails_keeps_nobody_out_and_is_asked_again(store, counted):
    book = ServiceBook(counted)
    counted.broken = True
    arrive(store, book, services=SERVICES)
    counted.broken = False
    arrive(store, book, services=SERVICES)
    assert counted.saved == 1
