"""What would change it: scenarios side by side, and what it would take."""
