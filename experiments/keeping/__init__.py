"""Which runs there are, and which of them may go."""
