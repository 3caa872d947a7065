"""Word lists of `pdfqa.whole`: data only, in casefolded form; the languages stand together."""

from __future__ import annotations

# Headings over what a document itself says of all of it.
SUMMING_UP = frozenset(
    "abstract summary overview highlights highlight conclusion conclusions findings takeaways introduction synopsis "
    "zusammenfassung überblick fazit einleitung schlussfolgerung resumen sumario conclusión conclusiones introducción "
    "destacados résumé synthèse aperçu conclusion riassunto sintesi conclusioni introduzione resumo conclusão "
    "introdução samenvatting overzicht conclusie inleiding rezumat concluzii introducere резюме выводы заключение "
    "введение обзор özet sonuç giriş περίληψη συμπεράσματα εισαγωγή σύνοψη 摘要 概述 总结 結論 结论 引言 要旨 สรุป บทนำ "
    "ملخص خلاصة مقدمة सारांश निष्कर्ष परिचय".split()
)

# Headings over what says nothing of a document's matter.
BESIDE = frozenset(
    "references bibliography acknowledgements acknowledgments acknowledgement contents index disclaimer exhibits "
    "signatures signature forward-looking glossary imprint copyright "
    "contact contacts kontakt contacto contatti contato trademarks certification certifications "
    "literatur literaturverzeichnis inhaltsverzeichnis inhalt danksagung impressum glossar referencias bibliografía "
    "agradecimientos índice glosario references bibliographie remerciements sommaire glossaire riferimenti "
    "ringraziamenti indice bibliografia referências agradecimentos literatuur inhoudsopgave dankwoord referințe "
    "mulțumiri cuprins литература содержание благодарности оглавление kaynakça içindekiler teşekkür βιβλιογραφία "
    "περιεχόμενα ευχαριστίες 参考文献 目录 目錄 致谢 謝辞 บรรณานุกรม สารบัญ المراجع المحتويات संदर्भ".split()
)

# What a sentence says that is on every such document.
FORMULAS = (
    "©",
    "all rights reserved",
    "http",
    "www.",
    "@",
    "check mark",
    "intentionally left blank",
    "forward-looking statement",
    "incorporated by reference",
    "incorporated herein by reference",
    "alle rechte vorbehalten",
    "todos los derechos reservados",
    "tous droits réservés",
    "see accompanying notes",
    "table of contents",
    "permission to make digital",
    "arxiv",
    "doi:",
    "in proceedings of",
    "has the meaning",
    "have the meaning",
    "shall mean",
    "in witness whereof",
    "fairly presents",
    "fairly present",
    "securities exchange act",
    "hereby certif",
    "this page",
    "recommended citation",
)

# How a sentence begins that stands beside the text: notes to a table or picture, and what only points elsewhere.
ASIDES = (
    "note:", "notes:", "note that", "source:", "sources:", "for more information", "for additional information",
    "for further information", "copies of", "additional information", "for a discussion", "for details", "doing so",
    "if not,", "otherwise,", "hinweis:", "quelle:", "anmerkung:", "nota:", "fuente:", "source :", "note :", "fonte:",
)  # fmt: skip

# What a sentence says that tells what was found, done or changed, and not how something is in general.
NEWS = (
    "increased", "decreased", "grew ", "rose ", "fell ", "declined", "improved", "compared to", "compared with",
    "up from", "down from", "we propose", "we present", "we introduce", "we show", "we find", "we found", "this paper",
    "our results", "results show", "outperform", "according to", "announced", "acquired", "launched", "opened",
    "founded", "headquartered", "we operate", "we are a ", "is a leading", "the purpose of", "is intended",
    "was designed", "entered into", "approved", "agreed", "finds that", "found that", "say they", "stieg", "sank",
    "wir zeigen", "gegenüber dem vorjahr", "aumentó", "disminuyó", "creció", "respecto a", "en comparación",
    "a augmenté", "a diminué", "par rapport à",
)  # fmt: skip

# What a sentence says that says it in every document of its kind: accounts, risks, contracts.
USUAL = (
    "adversely", "consolidated financial statements", "accounts for", "are recorded", "is recorded", "are recognized",
    "is recognized", "are stated at", "fair value", "represents the excess", "generally accepted", "may not be able",
    "pursuant to", "hereto", "thereof", "hereunder", "thereto", "such lender", "such notice", "the agent",
    "applicable law", "internal control", "critical accounting", "subject to examination",
    "in accordance with", "assumptions",
)  # fmt: skip

# How a sentence begins that goes on from the one before, and means little without it.
LEANING: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "this these those that it its they their he she his her however therefore thus moreover furthermore also "
        "such but and or so then hence likewise similarly instead otherwise nevertheless consequently accordingly here "
        "for additionally again both each either neither there finally second third secondly if see refer",
        "de": "dies diese dieser dieses er sie es jedoch daher deshalb somit außerdem ferner zudem aber und oder dabei "
        "damit dadurch hierbei hier dann dort auch",
        "es": "este esta estos estas eso esto ello él ella ellos además también pero y o así entonces asimismo dicho "
        "dicha ahí allí",
        "fr": "ce cette ces cela il elle ils elles cependant donc ainsi toutefois mais et ou puis également ici",
        "it": "questo questa questi queste esso essa tuttavia quindi inoltre ma e o così anche",
        "pt": "este esta estes estas isso isto ele ela eles contudo portanto além mas e ou assim também",
        "nl": "dit deze die dat het hij zij echter daarom bovendien maar en of ook",
        "ro": "acest această acești aceste acesta aceasta el ea ei totuși deci dar și sau astfel de",
        "ru": "это этот эта эти он она они однако поэтому также но и или так тогда здесь",
        "tr": "bu şu o bunlar onlar ancak ayrıca ama ve veya böylece bununla",
        "el": "αυτό αυτή αυτός αυτά αυτές ωστόσο επίσης αλλά και ή έτσι",
        "vi": "này đó nó họ tuy do ngoài nhưng và hoặc",
        "ar": "هذا هذه ذلك تلك هو هي هم لكن كما وهو وهي",
        "hi": "यह ये वह वे इस इन उस उन लेकिन और या",
    }.items()
}

# What a text field holds, told by the words of its description.
SOUGHT: dict[str, frozenset[str]] = {
    kind: frozenset(words.split())
    for kind, words in {
        "sentence": "summary description describe explain explanation terms clause conditions policy policies reason "
        "reasons risk risks purpose obligations obligation scope coverage statement strategy sentence text quote how "
        "why use usage objective goal details procedure consequences beschreibung zusammenfassung grund zweck "
        "bedingungen klausel warum wie "
        "resumen descripción motivo condiciones cláusula por qué cómo résumé motif conditions pourquoi comment",
        "person": "ceo cfo coo cto chief officer chair chairman chairwoman chairperson president treasurer secretary "
        "director directors manager author authors founder head signatory whom person dean editor minister "
        "vorsitzender vorsitzende vorstand geschäftsführer präsident autor autorin presidente presidenta director "
        "directora autora tesorero président présidente directeur directrice auteur",
        "organisation": "company auditor auditors firm bank supplier issuer registrant publisher organisation "
        "organization employer manufacturer institution university agency insurer underwriter vendor corporation "
        "unternehmen firma gesellschaft prüfer abschlussprüfer bank hersteller verlag empresa auditor sociedad banco "
        "entreprise société banque éditeur",
        "party": "who customer buyer seller landlord tenant lender borrower licensor licensee contractor client party "
        "owner wer wessen quién quien qui",
        "place": "headquarters headquartered city town country place location state venue site where address sitz ort "
        "stadt land wo ciudad lugar sede país dónde ville lieu siège pays où",
    }.items()
}

# Words of fields that say what kind of thing is wanted, and not which one.
GENERIC = "amount total sum value number count figure name date betrag summe anzahl importe cantidad montant nombre"

# Values to choose from that are for whatever is none of the others: no text names them.
REST = frozenset(
    "other others none unknown n/a na sonstige andere keine unbekannt otro otra otros ninguno autre".split()
)

# Words of fields that are no sentence, whatever else they are about: a policy number.
NUMBERED = frozenset(
    "number no id code name title reference nummer name kennung número nombre código numéro nom".split()
)

# The words of a field that is the name of the organisation itself whose document it is.
OWN_NAME = frozenset(
    "name of the company companies issuer registrant organisation organization corporation firm employer legal full "
    "official registered reporting entity business what is this that s der die das des name firma unternehmen "
    "unternehmens gesellschaft nombre de la del empresa sociedad nom de l la entreprise société".split()
)

# The words of a field that is the title of the document.
TITLED = frozenset("title titel título titre heading".split())
OF_ITSELF = frozenset(
    "the of this document paper report file whole full main der des dokuments del documento du".split()
)

# Titles of an office, and of address: a name does not end or begin with them.
ROLES = frozenset(
    "chief executive financial operating technology information marketing officer president vice senior chair chairman "
    "chairwoman chairperson director directors board member members general counsel secretary treasurer controller "
    "manager managing partner principal accounting officers ceo cfo coo cto evp svp auditor head professor dean "
    "company corporation founder co".split()
)
TITLES = frozenset("mr mrs ms miss dr prof sir dame herr frau señor señora".split())

# What may stand between a name and what it is the name of.
BESIDE_NAMES = frozenset(
    "is was are were be been being as our its the a an of has have had served serves serving appointed named elected "
    "since and who acts acted works became by for from us also currently independent new current former mr mrs ms dr "
    "sir name at on to ist war als der die das den unser unsere seit und von es era el la los las del de como desde y "
    "nuestro nuestra fue est été le les notre depuis et du par".split()
)

# Words that begin with a capital and are no names.
NO_NAMES = frozenset(
    "the our this that these those a an in on at of to for and or by if as it its we item note notes form section "
    "exhibit part table figure page act fiscal year quarter annual report proxy statement common stock class series "
    "monday tuesday wednesday thursday friday saturday sunday certification certifications pursuant consent signature "
    "signatures title date plan agreement rule regulation shares securities exchange item based prior with from under "
    "when where while which who what all each any no not total number".split()
)
