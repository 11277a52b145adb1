"""From a run's record to its verdict: pure, so that it can be judged again."""
