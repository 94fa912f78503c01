"""What cases reads and writes outside its database: patch files."""
