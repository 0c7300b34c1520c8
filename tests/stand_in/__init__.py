"""What stands in for hardware that a machine lacks."""
