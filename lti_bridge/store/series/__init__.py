"""What teachers scheduled: single classes and series, each class a meeting of its own."""

from lti_bridge.store.series.book import SeriesBook
from lti_bridge.store.series.values import (
    LONGEST_CLASS_MS,
    OVERTIME_MS,
    OneClass,
    Plan,
    Series,
    Setup,
    Stays,
    stays_of,
)

__all__ = [
    "LONGEST_CLASS_MS",
    "OVERTIME_MS",
    "OneClass",
    "Plan",
    "Series",
    "SeriesBook",
    "Setup",
    "Stays",
    "stays_of",
]
