"""The long proofs at their full size."""
