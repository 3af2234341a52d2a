"""What settings and watchlists.yaml are read with: values, forms, positions, mistakes."""
