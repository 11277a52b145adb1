"""From spans of others to a verdict: `crosswind analyse`."""
