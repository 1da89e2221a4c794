"""The only sockets: every packet goes through the gate, which asks the scope first."""
