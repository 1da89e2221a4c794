"""Picks the file of the system we run on. Each offers kinds, neighbours, gateway_ip and dns_suffix."""

import sys

if sys.platform == "linux":
    from camscan.net._linux import dns_suffix, gateway_ip, kinds, neighbours
elif sys.platform == "win32":
    from camscan.net._windows import dns_suffix, gateway_ip, kinds, neighbours
else:
    from camscan.net._darwin import dns_suffix, gateway_ip, kinds, neighbours

__all__ = ["dns_suffix", "gateway_ip", "kinds", "neighbours"]
