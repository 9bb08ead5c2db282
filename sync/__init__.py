"""What happens to what was answered."""
