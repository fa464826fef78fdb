"""What an analyst opens: a notebook's parameters, its question, and how it is shown."""
