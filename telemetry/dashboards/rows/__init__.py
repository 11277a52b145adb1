"""The rows of the game day's board, by the question that each answers."""
