"""The pictures of a review, one file a kind: a dataclass that says what is shown, draw_...() and ..._alt().

draw_...() gives a Drawing (SVG, PNG, PDF), ..._figure() the matplotlib figure to restyle, ..._alt() words.
"""
