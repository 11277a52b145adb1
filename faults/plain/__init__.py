"""The proxy for everything that is no HTTP: bytes both ways, and toxics on their way."""
