"""When a batch runs: times as cron writes them, and what is installed so that it runs by itself."""
