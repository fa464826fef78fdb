"""What it means for a goal: scenarios, probabilities, paces, dates."""
