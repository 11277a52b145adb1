"""Toxiproxy's HTTP API, so that its clients drive this injector."""
