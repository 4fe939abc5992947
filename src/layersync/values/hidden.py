"""What stands for the API key wherever it would be shown."""

from typing import Final

HIDDEN: Final = "[key hidden]"
