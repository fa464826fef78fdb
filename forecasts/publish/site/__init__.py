"""The site: static pages that need no server and no network, from the results of runs."""
