"""Which requests a fault touches, beyond where, when and how many of them."""
