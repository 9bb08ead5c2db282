"""What is asked, and what an answer means."""
