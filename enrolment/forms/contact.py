"""The contact form."""

from __future__ import annotations

from django import forms


class ContactForm(forms.Form):
    """A question to the support, by anybody."""

    TOPICS = (
        ("Dépôt et compte rendu", "Un dépôt, un compte rendu, une demande KO"),
        ("Dossier en cours", "Un dossier en cours : instruction, montant, paiement"),
        ("Enrôlement", "L’enrôlement, les pièces, le référencement"),
        ("Compte et accès", "Un compte, un accès, un membre"),
        ("Format JSON", "Le format JSON, les modèles, le simulateur"),
        ("Autre", "Autre chose"),
    )

    nom = forms.CharField(
        label="Votre nom",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Indiquez votre nom."},
    )
    courriel = forms.EmailField(
        label="Votre adresse électronique",
        help_text="La réponse vous y sera envoyée. Format attendu : nom@domaine.fr",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Indiquez votre adresse électronique.",
            "invalid": "Cette adresse n’est pas complète : écrivez-la comme nom@domaine.fr.",
        },
    )
    sujet = forms.ChoiceField(
        label="Votre question porte sur",
        choices=[("", "Choisissez"), *TOPICS],
        error_messages={"required": "Choisissez un sujet."},
    )
    reference = forms.CharField(
        label="Numéro du dossier ou du dépôt (facultatif)",
        help_text="Par exemple RIS-A-0000123 ou DEP-0000045",
        max_length=60,
        required=False,
    )
    message = forms.CharField(
        label="Votre message",
        help_text="4 000 caractères au plus. N’y mettez ni mot de passe ni donnée de santé.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": "Écrivez votre question.",
            "max_length": "Votre message est trop long : 4 000 caractères au plus.",
        },
    )
