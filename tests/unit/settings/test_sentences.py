"""Pydantic's findings that no key of today gives still become a line."""

import pytest
from pydantic import ValidationError

from lti_bridge.settings.models import Table
from lti_bridge.settings.sentences import problems_of
from lti_bridge.settings.shape import at, shape_of


class Odd(Table):
    share: float


def test_a_finding_without_a_sentence_of_its_own_says_the_least():
    data = {"share": "half"}
    with pytest.raises(ValidationError) as caught:
        Odd.model_validate(data)
    (problem,) = problems_of(caught.value, data, shape_of(Odd))
    assert (problem.path, problem.wrong) == (("share",), "can't be used")


def test_a_path_that_leads_nowhere_has_no_shape():
    assert at(shape_of(Odd), ("share", "x")) is None
    assert at(shape_of(Odd), (0,)) is None
