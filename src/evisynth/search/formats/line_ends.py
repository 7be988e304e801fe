r"""Line ends of every kind as "\n", so that lines are counted and cut alike. Tagged formats have `prepared`."""


def unix_lines(text: str) -> str:
    r"""The text with "\n" for each "\r\n" and for each "\r" alone (old Macintosh)."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
