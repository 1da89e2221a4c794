"""``python -m camscan``."""

from camscan.cli import main

main()
