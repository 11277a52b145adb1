"""What was recorded, and what it says: rows, spools, exchanges, metrics and export."""
