"""What runs at night: plans of many notebooks, their jobs and their runs."""
