"""Forms of the portal's ground."""

from django import forms


class ClockForm(forms.Form):
    """The civil date and time of Paris to which the demonstration moves."""

    instant = forms.DateTimeField(
        label="Date et heure", input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
    )
