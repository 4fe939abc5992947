"""Decides: pure functions over values. Nothing in this folder reads, sends, waits or looks at a clock."""
