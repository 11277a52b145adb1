"""One dashboard per file, found by being there."""
