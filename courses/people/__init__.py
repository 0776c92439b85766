"""People: who they are, how that is proved, and who looked."""
