"""What was found, as tables that people open in a spreadsheet and programs read."""
