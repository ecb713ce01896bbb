"""What the commands share: corpora, the programs that are compared, records of what was measured."""
