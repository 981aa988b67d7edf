"""Doors of the portal's ground: entrance, organisation, health, demonstration clock."""
