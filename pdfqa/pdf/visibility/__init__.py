"""What of a page a person can see."""
