"""The scan: joins the gate, the probes and the conversations. No protocol knowledge of its own."""
