"""What could differ: adjustments, and the files in which people write them."""
