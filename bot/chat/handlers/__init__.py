"""What each command does, once it is known that its sender may."""
