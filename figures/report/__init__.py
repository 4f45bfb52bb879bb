"""The report: everything that is known, on one page that needs no network."""
