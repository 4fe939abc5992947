"""The budgets of the tiers (API facts, section 2)."""

from dataclasses import replace

from layersync.values.target import Budget

TIERS = {
    "standard": Budget(tier="standard", reads=120, writes=60, writes_per_day=10_000),
    "pilot": Budget(tier="pilot", reads=1_200, writes=600, writes_per_day=100_000),
    "partner": Budget(tier="partner", reads=6_000, writes=3_000, writes_per_day=500_000),
}


def budget_of(tier: str, window_s: float, share: float) -> Budget:
    """Gives the budget of a tier; one that is not documented gets that of `standard`, under its own name."""
    return replace(TIERS.get(tier, TIERS["standard"]), tier=tier, window_s=window_s, share=share)
