"""What outlives the folders of runs: every forecast, and what moved since the last one."""
