from __future__ import annotations

from tests.unit.lms_api.house import house

__all__ = ["house"]
