"""A proxy that answers worse than the provider would, and proves what it did."""
