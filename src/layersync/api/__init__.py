"""Talks to the API: one try is a gate, then a send; everything else is judgement about answers."""
