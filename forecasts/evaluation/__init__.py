"""What it was worth: questions of the past, the simplest forecasts, scores, the track record."""
