"""The stages asked questions: explain, lead, group, backtest. Nothing is sent or recorded."""
