"""Every failure that has a name.

    Failure
    ├── Invalid                  what was sent cannot be used
    │   ├── MalformedBody        the body is not what its content type says
    │   ├── UnsupportedMedia     the content type is not one that is read here
    │   ├── InvalidQuery         filter, sort, cursor … outside the query language
    │   ├── InvalidDocument      a document does not fit its collection; `errors` by JSON pointer
    │   └── InvalidMessage       a message does not fit its channel
    ├── TooLarge                 a body, message or result is over its limit
    ├── RequestTimeout           a request's body comes too slowly
    ├── Unauthenticated          nobody is signed in, or the credentials are wrong
    ├── Forbidden                the actor may not do this
    │   ├── FieldsForbidden      … not with these fields
    │   └── CrossSiteRequest     a cookie was used from another site
    ├── NotFound                 no such document, collection, channel, job, run or route
    ├── Conflict                 the stored state stands against it
    │   ├── AlreadyExists        a document with this id is there
    │   ├── NotUnique            a unique field's value is taken
    │   ├── VersionConflict      the stored version is another than was expected
    │   └── PreconditionFailed   the client's If-Match is not the stored version
    ├── RateLimited              too many requests; `retry_after_s`
    ├── HookFailed               a hook raised; `incident` finds it in the log
    │   ├── HookTimeout          a hook exceeded its time limit
    │   └── HookRecursion        hooks triggered each other too deeply; `chain`
    ├── Unavailable              a part that is needed is not there now; `retry_after_s`
    │   └── StorageFull          the disk is full
    └── Reject                   a hook refused, with a status of its own

Each class has a stable `code` that goes over the wire. Which HTTP status belongs to which class is known
to `runtime.web.errors` alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Failure(Exception):
    """A failure with a stable `code`, a message that names the remedy, and details.

    `errors` maps JSON pointers (RFC 6901) into what was sent to a message each.
    """

    code: str = "failure"

    def __init__(self, message: str, *, errors: Mapping[str, str] | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errors: dict[str, str] = dict(errors or {})
        if code is not None:
            self.code = code


class Invalid(Failure):
    """What was sent cannot be used."""

    code = "invalid"


class MalformedBody(Invalid):
    """The body cannot be read as what its content type says."""

    code = "malformed_body"


class UnsupportedMedia(Invalid):
    """The content type of the body is not one that is read here."""

    code = "unsupported_media"


class InvalidQuery(Invalid):
    """A filter, sort, cursor, limit or update is outside the query language."""

    code = "invalid_query"


class InvalidDocument(Invalid):
    """A document does not fit its collection."""

    code = "invalid_document"


class InvalidMessage(Invalid):
    """A message does not fit its channel: no type, an unknown type, or a payload outside its schema."""

    code = "invalid_message"


class TooLarge(Failure):
    """A body, message or result is over its limit."""

    code = "too_large"


class RequestTimeout(Failure):
    """The body of a request does not come, or too slowly."""

    code = "request_timeout"


class Unauthenticated(Failure):
    """Nobody is signed in, or the credentials are wrong."""

    code = "unauthenticated"


class Forbidden(Failure):
    """The actor is known and may not do this."""

    code = "forbidden"


class FieldsForbidden(Forbidden):
    """The actor may write here, but not these fields."""

    code = "fields_forbidden"


class CrossSiteRequest(Forbidden):
    """A browser sent the session's cookie on behalf of another site."""

    code = "cross_site_request"


class NotFound(Failure):
    """No such document, collection, channel, job, run or route; or none that the actor may see."""

    code = "not_found"


class Conflict(Failure):
    """The stored state stands against what was asked."""

    code = "conflict"


class StoreConflict(Conflict):
    """One write of a batch could not be applied; none of the batch was.

    `collection` and `id` name the document of the failing write.
    """

    code = "store_conflict"

    def __init__(self, message: str, *, collection: str, id: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message, errors=errors)
        self.collection = collection
        self.id = id


class AlreadyExists(StoreConflict):
    """A document with this id is stored already."""

    code = "already_exists"


class NotUnique(StoreConflict):
    """A unique field's value is taken by another document; `errors` names the field."""

    code = "not_unique"


class VersionConflict(StoreConflict):
    """The stored version is not the expected one. `stored` is what was found: 0 means no document."""

    code = "version_conflict"

    def __init__(self, message: str, *, collection: str, id: str, stored: int) -> None:
        super().__init__(message, collection=collection, id=id)
        self.stored = stored


class PreconditionFailed(Conflict):
    """The client's `If-Match` is not the stored version (RFC 9110 §13.1.1); `current` is what it may see."""

    code = "precondition_failed"

    def __init__(self, message: str, *, current: dict[str, Any] | None) -> None:
        super().__init__(message)
        self.current = current


class RateLimited(Failure):
    """Too many requests; worth another try after `retry_after_s`."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: float, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class HookFailed(Failure):
    """A hook raised. The message says nothing of why: `incident` finds the traceback in the log."""

    code = "hook_failed"

    def __init__(self, message: str, *, incident: str) -> None:
        super().__init__(message)
        self.incident = incident


class HookTimeout(HookFailed):
    """A hook exceeded its time limit."""

    code = "hook_timeout"


class HookRecursion(HookFailed):
    """Hooks triggered each other too deeply; `chain` lists them, outermost first."""

    code = "hook_recursion"

    def __init__(self, message: str, *, incident: str, chain: Sequence[str]) -> None:
        super().__init__(message, incident=incident)
        self.chain = tuple(chain)


class Unavailable(Failure):
    """Something that is needed is not there now: the store, a free hook thread, a connection slot."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after_s: float = 1.0, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class StorageFull(Unavailable):
    """There is no room on the disk for what was sent; nothing of it was kept."""

    code = "storage_full"


class Reject(Failure):
    """Raised by a hook to refuse: `raise Reject(422, "titles are not shouted", errors={"title": "all capitals"})`.

    `status` is the HTTP status of the answer, 400 to 499; anything else is a ValueError, because a hook that
    refuses is not a server error. Keys of `errors` are field names or JSON pointers. `code` defaults to
    "rejected".
    """

    code = "rejected"
    LOWEST: ClassVar[int] = 400
    HIGHEST: ClassVar[int] = 499

    def __init__(
        self, status: int, message: str, errors: Mapping[str, str] | None = None, *, code: str | None = None
    ) -> None:
        if not self.LOWEST <= status <= self.HIGHEST:
            raise ValueError(f"Reject takes a status from 400 to 499, not {status}")
        pointers = {k if k.startswith("/") or not k else f"/{k}": v for k, v in (errors or {}).items()}
        super().__init__(message, errors=pointers, code=code)
        self.status = status
