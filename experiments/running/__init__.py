"""One run while it lasts: its processes, its phases, and what a person sees of it."""
