"""Stand-ins of every remote the bridge speaks with, as small WSGI applications.

Each is as strict as the document of the service it stands for, and shares no code with the
bridge's clients, so that a misreading on either side shows. They serve the demo and the tests,
over real sockets (``serving``), with faults that can be switched on (``faults``).
"""
