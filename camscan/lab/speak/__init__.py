"""What the simulated devices say, protocol by protocol. Discovery is sans-IO; conversations speak over a Line."""
