"""The code keeps to the house: short, one clock, one writer of states, English names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.sources import APPS, trees

# Lines of code: neither blank, nor comments, nor documentation.
MAX_LINES, MAX_FUNCTION_LINES = 400, 50
# The tables of words that the demonstration draws from are data.
DATA = {"funding/demo/vocabulary.py"}
MOVER = "segur_portal/common/actions.py"
NOT_ROWS = "segur_portal/embedded/"
CLOCK = "segur_portal/common/clock.py"
NOW = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now"}
# Words of the glossary (domain page, section 10) that English does not have, and their like.
FRENCH = re.compile(
    r"adresse|annee|aptitude|attente|avance|bareme|chemin|cle|colonne|commande|compte|"
    r"couloir|courriel|creer|debut|demande|depot|dispositif|distributeur|dossier|"
    r"editeur|enrolement|envoyer|erreur|etablissement|etat|fichier|fournisseur|"
    r"gestionnaire|heure|jour|justificative|libelle|ligne|liste|logiciel|lot|"
    r"mandataire|medecin|membre|modele|modifier|mois|montant|motif|nom|numero|"
    r"paiement|pays|plafond|prenom|prestation|recevoir|referencement|rendu|"
    r"reponse|signataire|simulateur|solde|statut|supprimer|taux|texte|titre|unicite|"
    r"utilisateur|valeur|verifier|ville|virement"
)

# Their fields are words of addresses and of the deposit format.
PUBLISHED = re.compile(r"Form|Serializer")


def _names(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives; fields of forms and of the API are published, in French."""
    forms = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and PUBLISHED.search(" ".join(map(ast.unparse, node.bases)))
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for child in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in forms:
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name.removeprefix("clean_") if "clean_" not in node.name[:6] else ""
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _words(name: str) -> list[str]:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_")


def test_names_are_english() -> None:
    """French is for what a user reads; only the fields of forms and of the API are French."""
    found = {
        f"{path}: {name}"
        for path, tree in trees(*APPS, "tests").items()
        for name in _names(tree)
        if any(map(FRENCH.fullmatch, _words(name))) or not name.isascii()
    }
    assert not found


def _code_lines(tree: ast.AST) -> int:
    """How many lines of code; documentation does not count."""
    documentation: set[int] = set()
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            documentation |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, ast.expr | ast.stmt | ast.arg | ast.keyword):
            lines |= {node.lineno, node.end_lineno or node.lineno}
    return len(lines - documentation)


def test_files_are_short() -> None:
    """A file is read in one sitting."""
    found = {
        path: lines
        for path, tree in trees(*APPS, "tests").items()
        if path not in DATA and (lines := _code_lines(tree)) > MAX_LINES
    }
    assert not found


def test_functions_are_short() -> None:
    """A function does one thing."""
    found = {
        f"{path}: {node.name}": lines
        for path, tree in trees(*APPS).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (lines := _code_lines(node)) > MAX_FUNCTION_LINES
    }
    assert not found


def test_one_clock() -> None:
    """The portal's date is asked of its clock, which a demonstration moves and a test stops."""
    found = {
        f"{path}:{node.lineno}"
        for path, tree in trees(*APPS).items()
        if path != CLOCK
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in NOW
    }
    assert not found


def _assigns_a_state(node: ast.AST) -> bool:
    """`x.state = …`, `….update(state=…)`, `setattr(x, "state", …)`."""
    match node:
        case ast.Assign(targets=targets):
            return any(isinstance(one, ast.Attribute) and one.attr == "state" for one in targets)
        case ast.Call(func=ast.Attribute(attr="update"), keywords=keywords):
            return any(keyword.arg == "state" for keyword in keywords)
        case ast.Call(args=[_, ast.Constant(value="state"), *_], func=ast.Name(id="setattr")):
            return True
        case ast.Constant(value=str(text)):
            return bool(re.search(r"\bSET\s+(\w+\s*=[^,]*,\s*)*state\b", text, re.IGNORECASE))
    return False


def test_only_move_assigns_a_state() -> None:
    """Every transition is checked against its table and journalled."""
    found = {
        f"{path}:{node.lineno}"
        for path, tree in trees(*APPS).items()
        if path != MOVER and not path.startswith(NOT_ROWS)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr | ast.stmt) and _assigns_a_state(node)
    }
    assert not found


# The rooms that answer a browser, and how a stored file is opened.
DOORS = re.compile(r"/(views|api|admin|report|context)(/|\.py$)")
OPENS = {"content.open", "content.chunks", "content.url", "content.read", "content.path"}


def _opens_a_file(node: ast.AST) -> bool:
    """`read_file`, `FileResponse`, `….content.open`."""
    match node:
        case ast.ImportFrom(names=names):
            return any(one.name in {"read_file", "FileResponse"} for one in names)
        case ast.Attribute():
            return ".".join(ast.unparse(node).split(".")[-2:]) in OPENS
    return False


def test_doors_open_no_stored_file() -> None:
    """What a person opens goes by `common/serving.py`, which asks the antivirus first."""
    found = {
        f"{path}:{node.lineno}"
        for path, tree in trees(*APPS).items()
        if DOORS.search(path)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr | ast.ImportFrom) and _opens_a_file(node)
    }
    assert not found
