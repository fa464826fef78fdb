"""What runs at night: a notebook's parameters, plans of many notebooks, and their runs."""
