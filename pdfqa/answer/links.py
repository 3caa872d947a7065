"""Words that link a name or a place to what a sentence says of it, by language: data only, casefolded.

As in `words`; languages that are not listed have no short answers of this kind.
"""

from __future__ import annotations

# Forms of "to be" and what makes a passive: between a name and a verb they tell who does it, and to whom.
BEING: dict[str, str] = {
    "en": "is are was were be been being",
    "es": "es son fue fueron era eran ser sido siendo",
    "de": "ist sind war waren wird werden wurde wurden worden",
    "fr": "est sont était étaient fut furent être été",
    "it": "è sono era erano fu furono essere stato stata",
    "pt": "é são foi foram era eram ser sido",
    "nl": "is zijn was waren wordt worden werd werden",
}
# What stands before who does something that is told in the passive.
BY: dict[str, str] = {
    "en": "by", "es": "por", "de": "von durch vom", "fr": "par", "it": "da dal dalla", "pt": "por pelo pela",
    "nl": "door",
}  # fmt: skip
# What a name may be joined with to the office that somebody has: "has served as", "was appointed".
SERVING: dict[str, str] = {
    "en": "served serves serving serve acted acts appointed named elected became becomes currently joined since "
    "age aged our company's its previously has also",
    "es": "nombrado nombrada elegido elegida ejerce ejerció actúa actual actualmente don doña",
    "de": "ernannt gewählt bestellt amtiert derzeit seit heißt",
    "fr": "nommé nommée élu élue actuel actuelle actuellement exerce",
    "it": "nominato nominata eletto eletta attuale attualmente",
    "pt": "nomeado nomeada eleito eleita atual atualmente",
    "nl": "benoemd gekozen huidige momenteel",
}
# What a perfect is made with ("wer hat … geschrieben"), and where the verb stands last then.
HAVING: dict[str, str] = {
    "en": "has have had",
    "es": "ha han había",
    "de": "hat haben hatte",
    "fr": "a ont avait",
    "it": "ha hanno aveva",
    "pt": "tem têm tinha",
    "nl": "heeft hebben had",
}
VERB_LAST = frozenset(("de", "nl"))
# Prepositions of places.
INSIDE: dict[str, str] = {
    "en": "in at near outside inside",
    "es": "en cerca",
    "de": "in im bei",
    "fr": "à en au aux dans près",
    "it": "a in nel nella presso",
    "pt": "em no na perto",
    "nl": "in te bij",
}
# What a name stands behind that does nothing itself: "the book of Ann Lee was sold".
PREPOSITIONS = frozenset(" ".join(INSIDE.values()).split()) | frozenset(
    "from to de desde a aus nach am auf di da uit naar of with for during between against under over about after "
    "before through into than as like among via per upon behind without con para durante entre contra sobre tras "
    "según al del mit für während zwischen gegen unter über zum zur beim avec pour pendant contre sous sur du chez "
    "tra fra contro sotto sopra com sob ao do met voor tijdens tussen tegen onder van".split()
)
NOUNS_IN_CAPITALS = frozenset(("de",))  # a noun is no name there because it has a capital
AND: dict[str, str] = {"en": "and", "es": "y", "de": "und", "fr": "et", "it": "e", "pt": "e", "nl": "en"}
# What stands before a year in which something is, where a year without it only tells a thing ("tax years 2004").
IN_TIME: dict[str, str] = {
    "en": "in since until till from by during of after before around about circa through on early late mid",
    "es": "en desde hasta de durante tras después antes hacia año",
    "fr": "en depuis jusqu'en de durant pendant après avant vers année",
    "it": "nel dal fino di durante dopo prima verso anno",
    "pt": "em desde até de durante após antes ano",
    "nl": "in sinds tot van tijdens na voor rond jaar",
}
# What stands before somebody with whom another one is compared: "he died before Lee".
COMPARED: dict[str, str] = {
    "en": "before after than unlike",
    "de": "vor nach als",
    "fr": "avant après",
    "nl": "voor na dan",
}
# Articles before a name.
ARTICLES = frozenset(
    "the a an el la los las un una der die das dem den des le les l' une il lo gli i uno o os as um uma het een".split()
)
# What a person's name may have in its middle, and a place's or an organisation's.
PARTICLES = frozenset("de la von van der den du del di da dos bin ibn al zu ter".split())
PARTICLES_WIDE = PARTICLES | frozenset("of and y e et und des & the".split())
TITLES = frozenset(
    "mr mrs ms dr prof sir lord lady king queen pope president captain general sr sra don doña herr frau könig kaiser "
    "papst m mme monsieur madame roi sig dott senhor dona dhr mevr".split()
)
# Names with such a word are no people's.
NOT_PEOPLE = frozenset(
    "inc corp corporation company co ltd llc plc lp group holdings ag gmbh sa university college school department "
    "ministry commission committee council board court agency bank institute church league party union act agreement "
    "plan note program project system street road avenue boulevard river county state north south east west january "
    "february march april may june july august september october november december monday tuesday wednesday thursday "
    "friday saturday sunday".split()
)
# What "which … " asks for, if it asks for an organisation.
ORGANISATIONS = frozenset(
    "company companies firm bank agency organization organisation university manufacturer airline employer publisher "
    "institution corporation supplier vendor contractor operator auditor empresa compañía banco agencia organización "
    "universidad unternehmen firma bank agentur organisation universität hersteller entreprise société banque agence "
    "université azienda società banca università organizzazione companhia organização universidade bedrijf onderneming "
    "universiteit".split()
)
# Units of time by how their words begin, and what asks for a length of time.
TIME_UNITS: dict[str, str] = {
    "en": "second|minute|hour|day|week|month|year|decade|quarter",
    "es": "segundo|minuto|hora|día|semana|mes|año|década",
    "de": "sekunde|minute|stunde|tag|woche|monat|jahr",
    "fr": "seconde|minute|heure|jour|semaine|mois|ans?\\b|année",
    "it": "secondi|minut|or[ae]\\b|giorn|settiman|mes[ei]|ann[oi]\\b",
    "pt": "segundo|minuto|hora|dia|semana|mês|meses|anos?\\b",
    "nl": "seconde|minuten|minuut|uur|dag|week|weken|maand|jaar|jaren",
}
HOW_LONG = (
    "how long|what period|which period|what term|what duration|cuánto tiempo|wie lange|combien de temps|quanto tempo|"
    "per quanto|hoe lang"
)
# The words of such questions that the answer need not have.
OF_ASKING = ORGANISATIONS | frozenset("long lang lange tiempo temps tempo period duration".split())
# Units of length, which may be asked for as time is: "how long is the strip".
LENGTH_UNITS = (
    "foot|feet|ft|inch|inches|yards?|miles?|met(?:er|re)s?|kilomet(?:er|re)s?|km|cm|mm|metros?|kilómetros?|mètres?|"
    "kilomètres?|metri|chilometri|quilómetros?"
)
