"""Pieces of logs, of which the tests and the fuzzer make their texts."""

PIECES = [
    "Traceback (most recent call last):\n", "Original Traceback (most recent call last):\n", '  File "a.py", line 3, in f\n', "    g()\n", "    ^^^\n", "ValueError: x\n",
    "During handling of the above exception, another exception occurred:\n", "  [Previous line repeated 9 more times]\n", "\n", "[rank1]: ", "  + Exception Group ", "  | ", "+-+---- 1 ----\n",
    "╭──── Traceback (most recent call last) ────╮\n", "│ a.py:3 in f │\n", "╰───╯\n", "----> 3 g()\n", "Cell In[3], line 2\n", "loss: nan ", "loss: 0.3 ", "Killed\n", "\x1b[31m", "\x1b]0;",
    "\r", "exitcode : -9", "Fatal Python error: ", "Current thread 0x7f (most recent call first):\n", "0: ", "2026-11-20 12:00:01,123 - a - ERROR - ", "Error(", "'" , '"', "[[{{node x}}]]", "\\", "\u2028",
    "RecursionError: maximum recursion depth exceeded\n", "999999999999999999999999", "defined at ", "(most recent call last)",
]  # fmt: skip
