"""Measurements, beside peers where there are any: each is one command."""
