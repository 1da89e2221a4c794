"""Discovery protocols, sans-IO: each file says which bytes to send and what an answer means."""
