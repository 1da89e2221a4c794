"""What follows from a device's conclusions: official lists, advisories, analytics, leads. Facts beside the verdict,
never part of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from camscan.device import Device
from camscan.identify.advisories import Advisories, AdvisoryStatus, status
from camscan.identify.advisory_data import load_advisories
from camscan.identify.analytics import Analytic, AnalyticsRules, analytics, load_analytics
from camscan.identify.leads import Lead, Leads, leads, load_leads
from camscan.identify.lists import ListMatch, PolicyLists, load_lists, named


@dataclass(frozen=True, slots=True)
class Facts:
    """What follows for one device. ``analytics`` is None where nothing is known; the others are empty where nothing
    follows, which for an unknown or only suspected maker means that nothing could be judged."""

    lists: tuple[ListMatch, ...]
    advisories: tuple[AdvisoryStatus, ...]
    analytics: tuple[Analytic, ...] | None
    leads: tuple[Lead, ...]


@dataclass(frozen=True)
class FactTables:
    """The tables behind, and where the owner is: ``jurisdiction`` and ``sector`` as in the scope file, or None."""

    lists: PolicyLists
    advisories: Advisories
    analytics: AnalyticsRules
    leads: Leads
    jurisdiction: str | None = None
    sector: str | None = None

    @classmethod
    def load(cls, *, jurisdiction: str | None = None, sector: str | None = None, newer: Path | None = None) -> Self:
        """The shipped tables, with data that the owner has installed in ``newer``. Raises SignatureError."""
        return cls(load_lists(), load_advisories(newer=newer), load_analytics(), load_leads(), jurisdiction, sector)

    def of(self, device: Device) -> Facts:
        """What follows for ``device``."""
        return Facts(
            lists=named(device, self.jurisdiction, self.sector, self.lists),
            advisories=status(device, self.advisories),
            analytics=analytics(device, self.analytics),
            leads=leads(device, self.leads),
        )
