"""`python -m bot` is `newswatch`."""

from bot.cli import main

if __name__ == "__main__":
    main()
