"""The only writers of orders, claims and the eligible-clients base."""
