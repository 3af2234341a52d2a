"""`python -m bot` is `newswatch`."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
