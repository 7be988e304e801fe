"""The pictures of a review, one file a kind: a dataclass that says what is shown, ..._figure() and ..._alt().

..._figure() gives the matplotlib figure to restyle, ..._alt() words, draw_...() a Drawing (SVG, PNG, PDF). Figures of
statistical results have two more: ..._plot() makes the dataclass from a result, and the name alone (`forest`,
`funnel`) does all in one call and gives a `Plotted`.
"""
