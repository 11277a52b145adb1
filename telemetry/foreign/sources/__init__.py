"""Where spans of others come from, one file per source."""
