"""Texts that somebody writes to do harm, among any others."""

from hypothesis import strategies as st

_PARTS = [
    "=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "\t", "\r", "\n", ";", ",", '"', "'", " ", "\u3000",
    "\0", "\x1b", "\ufffe", "\ud800", "_x003D_", "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://a.b")', "<b>",
    "&", "{{ x }}", "#N/A", "😀", "\u202e", "-1", "中",
]  # fmt: skip

HOSTILE = st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=8).map("".join)
