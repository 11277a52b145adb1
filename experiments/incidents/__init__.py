"""Published incidents of inference providers, as rehearsals."""
