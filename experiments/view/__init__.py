"""What `crosswind view` serves: a local page on which a run is looked at, exchange by exchange."""
