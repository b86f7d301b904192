"""Presets of LMSs, and what the settings know of them by their types."""

from __future__ import annotations

import pytest

from lti_bridge.launch.presets import PRESETS
from lti_bridge.settings.models import Platform


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.key)
def test_a_platform_of_the_settings_file_has_the_preset_of_its_type(preset):
    found = Platform.model_construct(type=preset.type).preset
    assert found == ("" if preset.type == "Other" else preset.key)


def test_totara_is_a_moodle():
    assert Platform.model_construct(type="Totara").preset == "moodle"


def test_which_lmss_share_one_issuer_among_all_their_customers():
    shared = {key for key, preset in PRESETS.items() if preset.is_shared}
    assert shared == {"canvas", "blackboard", "schoology"}
