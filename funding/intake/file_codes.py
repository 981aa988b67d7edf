"""The anomalies of a file that is refused whole (FIC). Codes are never reused nor renumbered."""

from __future__ import annotations

from .codes import catalogue

FILE_CODES = catalogue(
    (
        "FIC-001",
        "Le fichier n’est pas vide",
        "Le fichier est vide.",
        "Exportez de nouveau le fichier depuis votre logiciel, puis déposez-le.",
    ),
    (
        "FIC-002",
        "Le fichier ne dépasse pas la taille permise",
        "Le fichier est trop gros : {found}, pour {expected} au plus.",
        "Répartissez les demandes dans plusieurs fichiers.",
    ),
    (
        "FIC-003",
        "Le fichier est codé en UTF-8",
        "Le fichier n’est pas codé en UTF-8 : octet {found} à la position {position} "
        "(ligne {line}, colonne {column}).",
        "Enregistrez le fichier en UTF-8 (« Enregistrer sous… », puis « Encodage »).",
    ),
    (
        "FIC-004",
        "Le fichier est un texte JSON",
        "Ce fichier n’est pas du JSON : c’est {found}.",
        "Déposez ici le fichier .json ; les PDF vont dans les fichiers ZIP déposés à côté.",
    ),
    (
        "FIC-005",
        "Le JSON est bien formé",
        "Le fichier n’est pas un JSON bien formé, ligne {line}, colonne {column} : {reason}.",
        "Corrigez le fichier à cet endroit, puis déposez-le de nouveau.",
    ),
    (
        "FIC-006",
        "Les blocs ne sont pas imbriqués trop profondément",
        "Le fichier imbrique plus de {expected} niveaux de blocs (ligne {line}, colonne {column}).",
        "Reprenez le modèle de fichier : il n’a que quelques niveaux.",
    ),
    (
        "FIC-007",
        "Aucune balise de l’enveloppe n’est répétée",
        "La balise « {key} » est écrite plusieurs fois dans le même objet ({where}).",
        "Gardez une seule balise « {key} » à cet endroit.",
    ),
    (
        "FIC-008",
        "Le fichier n’a pas trop de blocs",
        "Le fichier contient {found} blocs et objets, pour {expected} au plus.",
        "Répartissez les demandes dans plusieurs fichiers.",
    ),
    (
        "FIC-010",
        "Le fichier contient un objet",
        "Le fichier doit contenir un objet entre accolades ; il contient {found}.",
        "Reprenez l’enveloppe du modèle : {expected}.",
    ),
    (
        "FIC-011",
        "L’enveloppe a toutes ses balises",
        "Il manque la balise « {key} » à l’enveloppe du fichier.",
        "Ajoutez « {key} » au premier niveau du fichier.",
    ),
    (
        "FIC-012",
        "L’enveloppe n’a pas de balise inconnue",
        "L’enveloppe contient une balise inconnue : {found}.",
        "Ôtez cette balise.",
    ),
    (
        "FIC-013",
        "La version du format est connue",
        "La version du format (« versionSchema ») n’est pas connue : {found}.",
        "Écrivez {expected}.",
    ),
    (
        "FIC-014",
        "Le dispositif est connu",
        "Le dispositif (« dispositif ») n’est pas connu : {found}.",
        "Écrivez l’un de ceux-ci : {expected}.",
    ),
    (
        "FIC-015",
        "Le type de demande est connu",
        "Le type de demande (« typeDemande ») n’est pas connu : {found}.",
        "Écrivez {expected}.",
    ),
    (
        "FIC-016",
        "Le SIRET du fournisseur est un SIRET",
        "Le SIRET du fournisseur (« siretFournisseur ») n’est pas valide : {found} ({reason}).",
        "Écrivez votre SIRET : 14 chiffres entre guillemets, sans espace.",
    ),
    (
        "FIC-017",
        "Le SIRET du fichier est celui du fournisseur qui dépose",
        "Le SIRET du fichier ({found}) n’est pas celui du fournisseur pour lequel vous déposez "
        "({expected}).",
        "Corrigez « siretFournisseur », ou changez de fournisseur avant de déposer.",
    ),
    (
        "FIC-018",
        "Les demandes forment un bloc",
        "« demandes » doit être un bloc entre crochets ; le fichier contient {found}.",
        "Écrivez les demandes entre crochets : {expected}, même s’il n’y en a qu’une.",
    ),
    (
        "FIC-019",
        "Le fichier a au moins une demande",
        "Le fichier ne contient aucune demande : le bloc « demandes » est vide.",
        "Ajoutez au moins une demande.",
    ),
    (
        "FIC-020",
        "Le fichier n’a pas trop de demandes",
        "Le fichier contient {found} demandes, pour {expected} au plus.",
        "Répartissez les demandes dans plusieurs fichiers.",
    ),
    (
        "FIC-030",
        "Le nom du fichier suit la règle",
        "Le nom du fichier {found} ne suit pas la règle : {reason}.",
        "Nommez le fichier {expected}.",
    ),
    (
        "FIC-031",
        "Le nom et le contenu annoncent le même type de demande",
        "Le nom du fichier annonce {found}, son contenu {expected} (« typeDemande »).",
        "Corrigez le nom du fichier ou « typeDemande ».",
    ),
    (
        "FIC-032",
        "Le nom et le contenu annoncent le même dispositif",
        "Le nom du fichier annonce {found}, son contenu {expected} (« dispositif »).",
        "Corrigez le nom du fichier ou « dispositif ».",
    ),
    (
        "FIC-033",
        "Le nom et le contenu annoncent le même SIRET",
        "Le nom du fichier annonce le SIRET {found}, son contenu {expected} "
        "(« siretFournisseur »).",
        "Corrigez le nom du fichier ou « siretFournisseur ».",
    ),
)
