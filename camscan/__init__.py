"""camscan: which CCTV cameras do we have, who really made them, and what do they talk to?"""

__version__ = "0.1.0"
