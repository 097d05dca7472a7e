"""Which directory of services is it? The services are `care.directory.Service`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DirectoryHeading:
    """Which directory it is: imported when, by whom, from which file; `digest` is its package's."""

    imported_at: datetime
    imported_by: str
    source: str
    services: int
    digest: str
