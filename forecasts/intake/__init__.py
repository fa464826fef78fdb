"""From a report to rows: the quantities of a text, each with the words it was read from."""
