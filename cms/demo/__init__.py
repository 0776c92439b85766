"""The demo city: fictitious people and places, dated from today, brought in through the domain's own doors."""
