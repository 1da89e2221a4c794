"""A virtual estate: simulated devices for the demonstration, the tests and the benchmarks.

They only ever answer: nothing leaves but replies to whoever asked, and announcements on their own loopback or
namespace interface.
"""

from camscan.lab.estate import Estate
from camscan.lab.loopback import LoopbackEstate, Stats
from camscan.lab.namespace import NamespaceEstate
from camscan.lab.place import Truth, scope_toml, truth_of
from camscan.lab.score import Accusation, MakerScore, Score, render, score

__all__ = [
    "Accusation",
    "Estate",
    "LoopbackEstate",
    "MakerScore",
    "NamespaceEstate",
    "Score",
    "Stats",
    "Truth",
    "render",
    "scope_toml",
    "score",
    "truth_of",
]
