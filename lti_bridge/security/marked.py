"""Values that stand in addresses with our mark: what the database knows alone opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from itsdangerous import BadSignature

if TYPE_CHECKING:
    from itsdangerous import Signer


class Marked:
    """Turns values into what stands in an address, and back."""

    def __init__(self, signer: Signer) -> None:
        """``signer``: that of the purpose, see :class:`lti_bridge.security.Signers`."""
        self._signer = signer

    def text(self, value: str) -> str:
        """The value with its mark: ASCII letters, digits, ``-``, ``_`` and ``.``, as it is one."""
        return self._signer.sign(value.encode()).decode("ascii")

    def value(self, text: str) -> str | None:
        """The value; None where the mark isn't ours. Constant time."""
        try:
            return self._signer.unsign(text.encode()).decode()
        except (BadSignature, ValueError):
            return None
