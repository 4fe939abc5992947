"""Every character there is, and texts made of the ones that do harm."""

import sys

from hypothesis import strategies as st

EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))
HOSTILE = "\x1b\x9b\x07\b\r\n\t\0\x7f\x85\xad\u200b\u200d\u202e\u2066\u2028\u2029\ufeff\ue000\ud800\udfff\U000e0001"

texts = st.text(alphabet=st.characters(codec=None) | st.sampled_from(HOSTILE + "=+-@＝＋－＠'\",;|[]<>&`:#%\\{}"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
