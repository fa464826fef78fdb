"""What people read: words, charts, the brief, and rows for other tools."""
