"""What a person states about a run: `config.toml`, the environment, the flags, the API key."""
