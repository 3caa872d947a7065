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
)

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
