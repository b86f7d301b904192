"""Pictures that stand alone."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from lti_bridge.reports.plots import as_text, per_day

DAYS = {date(2026, 9, 1) + timedelta(n): n * 7 % 23 for n in range(40)}


@pytest.mark.parametrize(
    "title", ["Biology", "<script>alert(1)</script> & \"x\" 'y'", "nul\x00\x1b[1m", "زیست‌شناسی", ""]
)
@pytest.mark.parametrize("counts", [DAYS, {}, {date(2026, 9, 1): 0}], ids=["many", "none", "zero"])
def test_a_picture_has_no_script_and_nothing_from_elsewhere(title, counts):
    svg = per_day(title, counts)
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    for one in root.iter():
        assert not [name for name in one.attrib if name.startswith("on")]
        assert not [value for value in one.attrib.values() if "//" in value]
    outside = set(re.findall(r"https?://[^\s\"'<>]+", svg))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "url(" not in svg.replace("url(#", "")
    assert "@import" not in svg


def test_it_shows_every_day_and_its_title():
    svg = per_day("Rows of Biology", DAYS)
    assert "Rows of Biology" in svg
    assert len(re.findall(r'class="rect reactive', svg)) == len(DAYS)


def test_on_a_terminal():
    lines = as_text({date(2026, 9, 1): 60, date(2026, 9, 2): 0, date(2026, 9, 3): 1}, width=10)
    assert lines == ["2026-09-01      60 ██████████", "2026-09-02       0", "2026-09-03       1 ▏"]
    assert as_text({}) == []
    assert as_text({date(2026, 9, 1): 0}) == ["2026-09-01       0"]
