"""The engine's learning: from real growth series to the numbers that it ships with."""
