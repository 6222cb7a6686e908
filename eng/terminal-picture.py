#!/usr/bin/env python3
"""Draws what a terminal showed as an SVG: eng/terminal-picture.py TITLE < output > picture.svg"""
import html
import sys

title, lines = sys.argv[1], sys.stdin.read().rstrip("\n").split("\n")
WIDTH, LINE, LEFT, TOP = 8.4, 19, 18, 52
width, height = int(max(map(len, lines)) * WIDTH) + 2 * LEFT, TOP + LINE * len(lines) + 14


def colour(line):
    if line.startswith("$ "):
        return "#7ee787"
    if line.startswith("√"):
        return "#a5d6ff"
    if line.startswith(("NAME ", "SRC ")):
        return "#d2a8ff"
    return "#e6edf3"


print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(title)}">')
print(f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/><rect width="{width}" height="32" rx="10" fill="#161b22"/>')
for i, dot in enumerate(("#ff5f57", "#febc2e", "#28c840")):
    print(f'<circle cx="{20 + i * 20}" cy="16" r="6" fill="{dot}"/>')
print(f'<text x="{width / 2}" y="21" fill="#8b949e" font-family="sans-serif" font-size="13" text-anchor="middle">{html.escape(title)}</text>')
print('<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="14" xml:space="preserve">')
for i, line in enumerate(lines):
    print(f'<text x="{LEFT}" y="{TOP + i * LINE}" fill="{colour(line)}" textLength="{max(len(line), 1) * WIDTH:.1f}">{html.escape(line)}</text>')
print("</g></svg>")
