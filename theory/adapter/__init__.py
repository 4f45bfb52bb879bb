"""What stands between a method and a torch optimizer."""
