"""What fetch.py is made of: which addresses, whose turn, how much, and reasons in words."""
