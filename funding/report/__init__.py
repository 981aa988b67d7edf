"""What people and their tools read of deposits and simulations: page rows, JSON, CSV, files."""
