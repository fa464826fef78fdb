"""What it means for a goal: a question, the outlook that answers it, and what is written down of it."""
