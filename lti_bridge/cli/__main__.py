"""``python -m lti_bridge.cli``: the same command, for processes that start processes."""

from lti_bridge.cli import main

main()
