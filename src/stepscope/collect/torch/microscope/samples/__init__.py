"""Which rows of the batch made the step fail, the samples behind them, and where those were broken."""
