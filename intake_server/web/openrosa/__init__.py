"""What ODK Collect and other OpenRosa clients speak."""
