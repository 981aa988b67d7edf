"""Doors of deposits, requests, simulator, dashboard and documentation."""
