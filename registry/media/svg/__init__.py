"""SVG drawings, drawn by resvg after everything that could reach out or explode is gone.

parts.py      the whole, its layers, the pictures embedded in it
tree.py       the elements that draw, read within a budget and written anew
style.py      the cascade of style sheets, settled before the renderer sees any
weight.py     how much would be drawn, all references followed
pictures.py   embedded pictures, decoded within the budget and replaced by small ones of our own
canvas.py     units, sizes, and the rendering itself
"""
