"""A stand-in for the Layers Partner API: its own little program, sharing no code with the rest of layersync."""
