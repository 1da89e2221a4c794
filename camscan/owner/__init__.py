"""Reading more with the owner's own credentials: only at the addresses they are bound to, only through a maker's own
door, only what read-only questions tell, and never again after a refusal."""
