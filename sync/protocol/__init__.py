"""What two nodes say to each other, and whose turn it is."""
