"""What people read: words, charts, the brief."""
