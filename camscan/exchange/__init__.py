"""What goes in from other tools and out to them."""
