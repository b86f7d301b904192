"""The LTI bridge: from the link in an LMS course into the live class, in the right role."""

__version__ = "0.1.0"
