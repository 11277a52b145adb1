"""What leaves a run while it goes on, and afterwards: sinks, and how a backend is spoken to."""
