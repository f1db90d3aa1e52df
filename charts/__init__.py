"""Charts as code: `boards/` says what is drawn, this package draws it into `site/`.

    boards/*.yml -> figures.py -> page.py -> site/<board>.html
                       |              |
                 dbt: analyses   templates/

A chart is a dbt exposure whose `meta` names an analysis and says in Vega-Lite how its rows are drawn. dbt parses it,
runs the analysis on whichever warehouse the profile names, and shows the chart in its lineage; nothing is listed twice.
A page is one file that asks for nothing else: rows, styles and the drawing library are in it.

dbt-charts, which draws boards of YAML too, was tried at 0.10.0: its pages are one drawing of fixed width, too small to
read on a phone, on which filters are dead text and a query without rows leaves a blank.
"""
