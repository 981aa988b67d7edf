"""Agents signing in at an OpenID Connect provider (ProConnect), when the environment names one.

Nothing here knows what an agent may do: `enrolment.adapters` decides who is let in.
"""
