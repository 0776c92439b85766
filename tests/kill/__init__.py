"""Web processes killed with -9 while people check in: what was answered must be found, and nothing twice."""
