"""`crosswind serve`: injectors without a run, their control API, and what restarts them."""
