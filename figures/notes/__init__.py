"""What `figures.paper_notes` writes into the notes, part by part."""
