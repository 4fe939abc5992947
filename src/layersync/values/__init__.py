"""What is handed on between the rooms: frozen data, no behaviour beyond its own arithmetic."""
