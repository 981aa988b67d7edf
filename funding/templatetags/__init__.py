"""What the templates of deposits and requests may ask for."""
