"""What tests stand on: private servers and small service processes."""
