"""What leaves the network: captures and logs to flows, flows to findings by rules a person can check.

``check`` reads and judges; nothing here ever sends a packet.
"""
