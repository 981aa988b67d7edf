"""`python -m funding.rules.document` writes docs/rules.md, generated from the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segur_portal.common.enums import Kind, SchemeCode
from segur_portal.common.rules import Rule, Severity

from .catalogue import RULES_VERSION, families, without_values

PATH = Path(__file__).resolve().parents[2] / "docs" / "rules.md"

_SEVERITIES = {
    Severity.KO: "KO – la demande est rejetée",
    Severity.ALERT: "ALERTE – la demande est intégrée, l’alerte est montrée",
    Severity.WAIT: "ATTENTE – la demande est intégrée, l’instruction est suspendue",
}
_KINDS = {Kind.ADVANCE.value: "avance", Kind.BALANCE.value: "solde"}
_HEAD = """# Les règles du programme

<!-- Généré par `python -m funding.rules.document` : ne pas modifier à la main. -->

Version des règles : `{version}`.

Chaque constat d’un compte rendu porte l’un de ces codes. Un code n’est jamais réattribué.
Les points de suspension tiennent la place des valeurs de la demande ; une règle qui peut être
enfreinte de plusieurs façons a d’autres messages, plus précis.
"""


def render() -> str:
    """The page, in Markdown."""
    parts = [_HEAD.format(version=RULES_VERSION)]
    for family in families():
        parts.append(f"## {family.title}\n")
        parts.extend(map(_rule, family.rules))
    return "\n".join(parts)


def _rule(rule: Rule[Any]) -> str:
    lines = [
        f"### {rule.code} – {rule.title}\n",
        f"- Effet : {_SEVERITIES[rule.severity]}",
        f"- S’applique à : {_scope(rule)}",
        f"- Message : {without_values(rule.message)}",
        f"- Que faire : {without_values(rule.advice)}",
        *([f"- À savoir : {rule.note}"] if rule.note else []),
        f"- Source : {rule.source}\n",
    ]
    return "\n".join(lines)


def _scope(rule: Rule[Any]) -> str:
    """The schemes and kinds it applies to, in words."""
    schemes = [code.value for code in SchemeCode if code in rule.schemes]
    kinds = [_KINDS[kind.value] for kind in Kind if kind in rule.kinds]
    return (
        f"{', '.join(schemes) or 'tous les dispositifs'} ; {' et '.join(kinds or _KINDS.values())}"
    )


def main() -> None:
    """Write the page."""
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
