"""Word lists of `pdfqa.answer` for yes and no, lists, parts of questions and several documents: data only.

As in `words`, all are in casefolded form.
"""

from __future__ import annotations

# What turns a statement round beside NEGATIONS.
DENYING: dict[str, str] = {
    "en": "nobody none nothing nowhere hardly prohibited forbidden excluded",
    "es": "ninguna ninguno ningún nada nadie tampoco prohibido prohibida",
    "de": "niemand nichts weder verboten",
    "fr": "rien personne interdit",
    "it": "niente vietato",
    "pt": "ninguém nada proibido",
    "nl": "niemand niets verboden",
}
# Words of a question that stand for whatever there may be.
ANYTHING = frozenset(
    "any anybody anyone anything anywhere ever somebody someone something there possible true make take give get "
    "alguien algo jemand etwas quelqu'un".split()
)
# What begins a sentence that only supposes something; what begins a part of one that depends on the rest.
CONDITIONS: dict[str, str] = {
    "en": "if unless whether should",
    "es": "si",
    "fr": "si",
    "it": "se",
    "pt": "se",
    "de": "wenn falls ob sollte",
    "nl": "als indien",
}
SUBORDINATE = (
    "as long as", "unless", "except", "because", "since", "although", "while", "when", "if", "which", "who", "that",
    "salvo", "porque", "aunque", "cuando", "si", "weil", "wenn", "außer", "sauf", "parce que",
)  # fmt: skip
POINTING_BACK = frozenset("they it this these those he she both each such sie es er dies diese ellos ellas".split())
MUST = frozenset(
    "must required requires require shall obliged obligatory mandatory need needs needed compulsory muss müssen debe "
    "deben obligatorio obligatoria doit doivent".split()
)
# Words and their opposites, by how they begin.
OPPOSITES = (
    "increas/decreas increas/declin rise/fall rose/fell grew/declin grew/fell grow/shrink gain/loss profit/loss "
    "higher/lower more/less above/below before/after allow/prohibit allow/forbid permit/prohibit permit/forbid "
    "include/exclude open/closed mandatory/optional required/optional compulsory/voluntary accept/reject "
    "approve/reject accept/refuse always/never positive/negative improv/deteriorat improv/worsen "
    "aument/disminu subi/baj sube/baja"
)
# How a question compares with a number, and what that says.
COMPARISONS: dict[str, str] = {
    "more": ">", "over": ">", "above": ">", "exceed": ">", "exceeds": ">", "greater": ">", "longer": ">",
    "higher": ">", "older": ">", "at least": ">=", "less": "<", "under": "<", "below": "<", "fewer": "<",
    "shorter": "<", "lower": "<", "younger": "<", "at most": "<=", "up to": "<=",
}  # fmt: skip

# Questions for several things, and for what is to be done one after the other, by how they begin or what they hold.
LISTING: dict[str, str] = {
    "en": r"(?:what|which) (?:are|were|do|does|\w+(?: \w+)? (?:are|were|does|do|did|has|have|can|must|may)\b)|"
    r"(?:list|name|enumerate) |what (?:kinds|types|sorts) of|which of the",
    "es": r"(?:cuáles|cuales|qué \w+s) |(?:enumera|enumere|nombra|lista) ",
    "de": r"(?:was sind|welche \w+(?:en|er|e|s)\b)|(?:nenne|nennen|liste|zähle) ",
    "fr": r"(?:quels|quelles) |(?:énumère|énumérez|cite|citez|liste) ",
    "it": r"quali |(?:elenca|elencare) ",
    "pt": r"quais |(?:liste|enumere) ",
    "nl": r"(?:wat zijn|welke) |(?:noem) ",
}
STEPS: dict[str, str] = {
    "en": r"how (?:do|can|should|must|to|is|are|does)\b|(?:what|which) (?:are the )?steps|what (?:must|should) i",
    "es": r"cómo (?:se|puedo|debo|hay)\b|(?:qué|cuáles) (?:son los )?pasos",
    "de": r"wie (?:kann|muss|soll|wird|werden|ist|baue|schließe)\b|welche schritte",
    "fr": r"comment (?:faire|puis|doit|peut|est)\b",
}
# What cuts a list off: how many more items there are.
MORE: dict[str, str] = {
    "en": "… and {} more on page {}",
    "es": "… y {} más en la página {}",
    "de": "… und {} weitere auf Seite {}",
    "fr": "… et {} de plus à la page {}",
    "it": "… e altri {} a pagina {}",
    "pt": "… e mais {} na página {}",
    "nl": "… en nog {} op bladzijde {}",
}

# What joins two questions in one, and what stands before the asking word of the second ("and by which vehicle").
JOINING = "and|as well as|y|e|und|sowie|et|en"
LEADING = "by|in|on|at|for|with|from|to|de|en|a|con|por|seit|bis|an|mit|von|à|pour"
# What asks for an answer from each of several documents.
DOCUMENTS = (
    r"documents?|reports?|contracts?|files?|papers?|pdfs?|compan(?:y|ies)|filings?|agreements?|polic(?:y|ies)|manuals?|leases?|"
    r"documentos?|informes?|contratos?|archivos?|dokumente?|berichte?|verträge|vertrag|rapports?|contrats?|documenti|"
    r"contratti|relatórios?"
)
EACH = (
    r"compare[sd]?|comparison|versus|vs|each|both|every|across|which|all|compara\w*|cada|ambos|todos|qué|cuáles|"
    r"vergleich\w*|jede[rs]?|beide|alle|welche[rs]?|chaque|tous|quels?|quelles?|confronta|quali|quais"
)
# What is said where more documents speak of something than an answer names.
MORE_DOCUMENTS: dict[str, str] = {
    "en": "… {} more documents may speak of it.",
    "es": "… {} documentos más pueden hablar de ello.",
    "de": "… {} weitere Dokumente sprechen vielleicht davon.",
    "fr": "… {} autres documents en parlent peut-être.",
    "it": "… altri {} documenti potrebbero parlarne.",
    "pt": "… mais {} documentos podem falar disso.",
}
COMPARING = r"compare|comparison|versus|vs|compara|comparación|vergleiche|compare[rz]|confronta"

# Which way something changed, by how words begin.
UPWARD = ("grow", "grew", "increas", "rise", "rose", "rising", "higher", "improv", "aument", "creci", "crece", "subi")
DOWNWARD = ("fall", "fell", "declin", "decreas", "drop", "lower", "shrink", "shrank", "disminu", "baj", "cay")
