"""PDF files, drawn by pdfium.

parts.py      pages, drawn on white at a size of ours, without a look at system fonts
pictures.py   the pictures that are set into pages
"""
