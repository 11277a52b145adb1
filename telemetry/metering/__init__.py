"""A run's figures as time series: rows in, cumulative points out; pure, and never in a hot path."""
