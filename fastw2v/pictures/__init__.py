"""Pictures: the loss by epoch, a plot of words, and a map of thousands of words in one file of HTML."""
