"""Where the next attempt goes, decided without sockets or clocks: breakers, budget, policy."""
