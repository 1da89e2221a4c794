"""Inventory by listening alone: from what devices say anyway, in captures or at a live interface, to observations.

Nothing is ever sent. Only addresses of the scope are read, only devices that show a sign of being a camera or one of
its kin are kept, and of what clients ask nothing is.
"""
