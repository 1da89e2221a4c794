"""NetFlow v5 and v9 and IPFIX: what routers, switches and probes export about connections.

``decoder`` takes messages apart, ``joining`` makes connections of records that tell one direction each, ``exports``
joins the two. The readers of nfdump's files use ``joining`` too.
"""
