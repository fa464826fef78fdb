"""Who is told of a run: commands that are called, letters that are sent."""
