"""The anomalies of the structure of one request (STR). Codes are never reused nor renumbered."""

from __future__ import annotations

from .codes import catalogue

STRUCTURE_CODES = catalogue(
    (
        "STR-001",
        "Une demande est un objet",
        "La demande doit être un objet entre accolades ; le fichier contient {found}.",
        "Reprenez le modèle d’une demande : {expected}.",
    ),
    (
        "STR-002",
        "Toutes les balises sont présentes",
        "{where} : il manque la balise « {key} ».",
        "Gardez toujours toutes les balises : ajoutez {expected}.",
    ),
    (
        "STR-003",
        "Aucune balise n’est inconnue",
        "{where} : la balise {found} n’est pas connue.",
        "Ôtez cette balise, ou corrigez son nom.",
    ),
    (
        "STR-004",
        "Chaque valeur est de la bonne nature",
        "{where} : le fichier contient {found}, alors qu’il faut {expected}.",
        "Remplacez cette valeur par {expected}.",
    ),
    (
        "STR-005",
        "Un oui ou non s’écrit true ou false",
        "{where} : {found} n’est pas un oui ou non écrit comme il faut.",
        "Écrivez {expected}, sans guillemets et en minuscules.",
    ),
    (
        "STR-006",
        "Une balise sans valeur s’écrit null",
        "{where} : {found} n’est pas l’absence de valeur écrite comme il faut.",
        "Écrivez null, sans guillemets et en minuscules.",
    ),
    (
        "STR-007",
        "Un montant est un nombre, sans guillemets",
        "{where} : le montant {found} est écrit comme un texte.",
        "Écrivez {expected} : sans guillemets, sans espace, avec un point.",
    ),
    (
        "STR-008",
        "Un numéro est un texte, entre guillemets",
        "{where} : {found} est écrit comme un nombre ; les zéros du début se perdent.",
        "Écrivez {expected}, entre guillemets.",
    ),
    (
        "STR-009",
        "Une valeur obligatoire n’est pas null",
        "{where} : la valeur est obligatoire ici, et le fichier contient null.",
        "Remplacez null par {expected}.",
    ),
    (
        "STR-010",
        "Une balise sans objet vaut null",
        "{where} : cette balise ne s’applique pas ici, et le fichier contient {found}.",
        "Gardez la balise et écrivez null.",
    ),
    (
        "STR-011",
        "Un texte obligatoire n’est pas vide",
        "{where} : le texte est vide.",
        "Écrivez {expected}.",
    ),
    (
        "STR-012",
        "Un texte n’est pas trop long",
        "{where} : {length} caractères, pour {limit} au plus.",
        "Raccourcissez ce texte à {limit} caractères.",
    ),
    (
        "STR-013",
        "Un texte n’a pas d’espace au début ou à la fin",
        "{where} : il y a un espace au début ou à la fin de {found}.",
        "Écrivez {expected}.",
    ),
    (
        "STR-014",
        "Un texte n’a pas de caractère interdit",
        "{where} : {found} contient un caractère interdit ({detail}).",
        "Ôtez ce caractère invisible ou cassé : {expected}.",
    ),
    (
        "STR-015",
        "Une valeur est dans sa liste",
        "{where} : {found} n’est pas une valeur permise.",
        "Écrivez l’une de celles-ci : {expected}.",
    ),
    (
        "STR-016",
        "Une date existe et s’écrit AAAA-MM-JJ",
        "{where} : {found} n’est pas une date valide ({detail}).",
        "Écrivez la date ainsi : {expected}.",
    ),
    (
        "STR-017",
        "Un montant est dans ses limites",
        "{where} : le montant {found} n’est pas permis ; il faut un montant {expected}.",
        "Corrigez le montant.",
    ),
    (
        "STR-018",
        "Un montant a deux décimales au plus",
        "{where} : le montant {found} a plus de deux décimales.",
        "Arrondissez au centime : {expected}.",
    ),
    (
        "STR-020",
        "Un numéro SIREN est bien formé",
        "{where} : {found} n’est pas un numéro SIREN valide ; {detail}.",
        "Vérifiez ce numéro : il faut {expected}.",
    ),
    (
        "STR-021",
        "Un numéro RPPS est bien formé",
        "{where} : {found} n’est pas un numéro RPPS valide ; {detail}.",
        "Vérifiez ce numéro : il faut {expected}.",
    ),
    (
        "STR-022",
        "Un numéro d’AM est bien formé",
        "{where} : {found} n’est pas un numéro d’AM valide ; {detail}.",
        "Vérifiez ce numéro : il faut {expected}.",
    ),
    (
        "STR-023",
        "Un numéro FINESS est bien formé",
        "{where} : {found} n’est pas un numéro FINESS valide ; {detail}.",
        "Vérifiez ce numéro : il faut {expected}.",
    ),
    (
        "STR-024",
        "Un numéro de téléphone est valide",
        "{where} : {found} n’est pas un numéro de téléphone valide.",
        "Écrivez un seul numéro, sans poste : {expected}.",
    ),
    (
        "STR-025",
        "Une adresse électronique est valide",
        "{where} : {found} n’est pas une adresse électronique valide ({detail}).",
        "Écrivez une seule adresse, de la forme {expected}.",
    ),
    (
        "STR-026",
        "Une référence n’a que des caractères permis",
        "{where} : la référence {found} n’est pas permise.",
        "Utilisez 1 à 35 lettres sans accent, chiffres, points, tirets ou soulignés : {expected}.",
    ),
    (
        "STR-027",
        "Un PDF est nommé d’après la référence de la demande",
        "{where} : le nom de fichier {found} ne suit pas la règle.",
        "Écrivez {expected}, et nommez ainsi le PDF dans le ZIP.",
    ),
    (
        "STR-030",
        "Un bloc sans objet est vide",
        "{where} : ce bloc ne s’applique pas ici et doit être vide ; il a {found}.",
        "Gardez le bloc et videz-le : [].",
    ),
    (
        "STR-031",
        "Un bloc a assez de lignes",
        "{where} : ce bloc est trop court ({found}, pour {limit} au moins).",
        "Ajoutez ce qui manque.",
    ),
    (
        "STR-032",
        "Un bloc n’a pas trop de lignes",
        "{where} : ce bloc est trop long ({found}, pour {limit} au plus).",
        "Ôtez ce qui est de trop, ou répartissez-le dans plusieurs demandes.",
    ),
    (
        "STR-033",
        "Une aide de minimis annoncée est détaillée",
        "{where} : « aideMinimisPercue » vaut true, mais aucune aide n’est détaillée.",
        "Ajoutez une ligne par aide reçue (date et montant), ou écrivez false.",
    ),
    (
        "STR-034",
        "Une aide de minimis détaillée est annoncée",
        "{where} : « aideMinimisPercue » ne vaut pas true, mais ce bloc a {found}.",
        "Écrivez true dans « aideMinimisPercue », ou videz le bloc : [].",
    ),
    (
        "STR-035",
        "Un client a au moins un établissement ou un médecin",
        "{where} : ce client n’a ni établissement ni médecin.",
        "Ajoutez au moins une ligne à l’un des deux blocs.",
    ),
    (
        "STR-036",
        "Les lignes d’un médecin portent le même RPPS",
        "{where} : le RPPS {found} n’est pas celui de la première ligne ({expected}).",
        "Une demande concerne un seul médecin : gardez un seul RPPS, ou faites une autre demande.",
    ),
    (
        "STR-037",
        "Aucune balise n’est répétée dans le même objet",
        "{where} : la balise « {key} » est écrite {count} fois au même endroit, avec {found}.",
        "Gardez-en une seule : rien ne dit laquelle est juste, et le fichier à corriger les garde "
        "toutes.",
    ),
    (
        "STR-090",
        "Une demande n’a pas un trop grand nombre d’anomalies",
        "La demande a plus de {limit} anomalies ; les suivantes ne sont pas affichées.",
        "Corrigez celles-ci, puis déposez de nouveau : les autres apparaîtront.",
    ),
    (
        "STR-099",
        "Une demande est conforme au schéma publié",
        "La demande n’est pas conforme au schéma publié, sans qu’on puisse dire où.",
        "Comparez-la au modèle, ou écrivez-nous en joignant le fichier.",
    ),
)
