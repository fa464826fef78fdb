"""What a batch is to do: plans as people write them, and the jobs that they become."""
