"""Every error that camscan raises on purpose.

::

    CamscanError
    ├── UsageError                 the command line or a file the operator wrote is wrong    (exit 2)
    │   ├── ScopeFileError         the scope file is missing or malformed; names the line
    │   ├── SignatureError         a signature file is wrong; names file and line
    │   ├── DataFileError          a file of newer data is not what it should be; nothing was installed
    │   ├── InventoryError         the inventory cannot be opened or is not ours
    │   │   └── InventoryFullError the disk is full; what was acknowledged is kept            (exit 4)
    │   ├── AuditError             the audit log cannot be written or does not hold together
    │   └── CredentialError        the owner's credentials cannot be read safely
    ├── ScopeRefusedError          the scope does not allow it; nothing was sent              (exit 3)
    │   ├── OutOfScopeError        an address outside the scope, or excluded
    │   ├── ScopeExpiredError      the authorisation has run out
    │   └── AnotherNetworkError    the same numbers, but behind another gateway
    └── ParseError                 an answer is not what its protocol says (never leaves the scan)
        └── NotThisProtocolError   an answer in another protocol than the one asked

A message says what happened and what to do next, because people see it as it is.
"""


class CamscanError(Exception):
    """Root of the tree. ``exit_code`` is what the command line returns for it."""

    exit_code = 2


class UsageError(CamscanError):
    """The command line, or a file the operator wrote, is wrong."""


class ScopeFileError(UsageError):
    """The scope file is missing or malformed."""


class SignatureError(UsageError):
    """A signature file is wrong. ``where`` is ``file:line`` and stands in the message."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class DataFileError(UsageError):
    """A file of newer data, or a list, is not what it should be, or cannot be put in place."""


class InventoryError(UsageError):
    """The inventory cannot be opened, is damaged, or was written by a newer camscan."""


class InventoryFullError(InventoryError):
    """No room for another host. Every host that was saved before it is kept."""

    exit_code = 4


class AuditError(UsageError):
    """The audit log cannot be written, or does not hold together."""


class CredentialError(UsageError):
    """The owner's credentials cannot be read safely."""


class ScopeRefusedError(CamscanError):
    """The scope does not allow it; nothing was sent."""

    exit_code = 3


class OutOfScopeError(ScopeRefusedError):
    """An address that no site declares, or that a site excludes."""


class ScopeExpiredError(ScopeRefusedError):
    """The authorisation in the scope file has run out."""


class AnotherNetworkError(ScopeRefusedError):
    """The declared numbers are here, but behind another gateway than the one the scope remembers."""


class ParseError(CamscanError):
    """Bytes that are not what their protocol says. Parsers raise this and nothing else."""


class NotThisProtocolError(ParseError):
    """Bytes that are well and good, but of another protocol than the one that was asked."""


def cause(group: BaseExceptionGroup[BaseException]) -> CamscanError | None:
    """The first error of ours in what several tasks of one scan raised together, or None: people are told one thing."""
    for error in group.exceptions:
        found = cause(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, CamscanError):
            return found
    return None
