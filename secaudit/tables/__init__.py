"""Lists and workbooks that people and programs send, hostile ones too: CSV and XLSX as rows of cells, and moments as written.

Bounded in time and memory; formulas, macros, links to elsewhere, damage and archives that unpack without end are refused by name.
"""
