"""Where the files lie that come with the bridge but are no Python code."""

from __future__ import annotations

from pathlib import Path

_NAMES = ("config", "templates")


def resource(name: str) -> Path:
    """The directory ``"templates"`` or ``"config"``, of the installed package or the source tree.

    Raises FileNotFoundError when neither has it, or for any other name.
    """
    return find(name, Path(__file__).resolve().parent.parent)


def find(name: str, package: Path) -> Path:
    """As :func:`resource`, for the ``lti_bridge`` package that lies at ``package``."""
    if name not in _NAMES:
        raise FileNotFoundError(f"No resource {name!r}; there are: {', '.join(_NAMES)}.")
    if (package / name).is_dir():
        return package / name
    tree = package.parent
    # Beside an installed package, "config" may be anybody's: only a source tree has pyproject.toml.
    if (tree / "pyproject.toml").is_file() and (tree / name).is_dir():
        return tree / name
    raise FileNotFoundError(f"{name!r} is neither in the package nor in a source tree around it.")
