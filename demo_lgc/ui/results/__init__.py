"""« Résultats et courbes »: what reports of biology measured, along the years."""
