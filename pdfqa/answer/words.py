"""Word lists of `pdfqa.answer`, by language: data only. All are in casefolded form.

`ASKING` holds phrases of one to three words that show what a question asks for; of those that begin at one place,
the longest counts; one with ^ only where it begins the question. Languages not listed are read as English.
"""

from __future__ import annotations

ASKING: dict[str, dict[str, str]] = {
    "en": {
        "date": "when|since when|until when|by when|what year|which year|what date|which date|what day|which day|"
        "what month|"
        "which month|what decade|which decade|what century|which century",
        "amount": "how much|what percent|what percentage|which percentage|what price|what amount|what proportion",
        "number": "how many|how long|how old|how far|how tall|how high|how large|how big|how often|how fast|how deep|"
        "how wide|how heavy|what number|what age",
        "person": "who|whom|whose|which person|what person|which player|what player",
        "place": "where|which country|what country|which city|what city|which town|what town|which state|what state",
        "reason": "why",
        "other": "what|which|how",
    },
    "es": {
        "date": "cuándo|cuando|qué año|qué fecha|qué día|qué siglo|qué mes|qué década",
        "amount": "cuánto|cuánta|cuanto|cuanta|qué porcentaje|que porcentaje|qué cantidad",
        "number": "cuántos|cuántas|cuantos|cuantas|qué edad|qué número|cuánto tiempo|con qué frecuencia",
        "person": "quién|quiénes|quien|quienes|qué persona|qué jugador",
        "place": "dónde|donde|adónde|qué país|qué ciudad|qué estado",
        "other": "qué|que|cuál|cuáles|cual|cuales|cómo|como",
        "reason": "por qué|por que",
    },
    "de": {
        "date": "wann|welchem jahr|welches jahr|welchen jahren|welchem jahrhundert|welchem monat|welchem datum|"
        "welchem tag",
        "amount": "wie viel|wieviel|wie viel prozent|wie hoch",
        "number": "wie viele|wieviele|wie lange|wie alt|wie oft|wie weit|wie groß|wie schnell",
        "person": "wer|wem|wen|wessen",
        "place": "wo|woher|wohin|welchem land|welches land|welche stadt|welcher stadt",
        "other": "was|welche|welcher|welches|welchem|welchen|wie",
        "reason": "warum|wieso|weshalb",
    },
    "fr": {
        "date": "quand|quelle année|quelle date|quel jour|quel siècle",
        "amount": "combien|quel pourcentage|quel montant",
        "number": "combien de|quel nombre|quel âge",
        "person": "qui",
        "place": "où|quel pays|quelle ville",
        "other": "que|quel|quelle|quels|quelles|quoi|comment",
        "reason": "pourquoi",
    },
    "it": {
        "date": "quando|che anno|quale anno|quale data",
        "amount": "quanto|quanta|quale percentuale",
        "number": "quanti|quante",
        "person": "chi",
        "place": "dove|quale paese|quale città",
        "other": "che|cosa|quale|quali|come",
        "reason": "perché",
    },
    "pt": {
        "date": "quando|que ano|qual ano|que data",
        "amount": "quanto|quanta|que percentagem",
        "number": "quantos|quantas",
        "person": "quem",
        "place": "onde|que país|que cidade",
        "other": "que|qual|quais|como",
        "reason": "porque|por que",
    },
    "nl": {
        "date": "wanneer|welk jaar|welke datum",
        "amount": "hoeveel",
        "number": "hoe lang|hoe oud|hoe vaak",
        "person": "wie",
        "place": "waar|welk land|welke stad",
        "other": "wat|welke|welk|hoe",
        "reason": "waarom",
    },
    "ro": {
        "date": "când|ce an|care an|ce dată|ce secol|ce lună",
        "amount": "cât de mult|cât|câtă|ce procent",
        "number": "câte|câți|cât timp|ce număr|ce vârstă",
        "person": "cine|cui",
        "place": "unde|ce țară|ce oraș|ce stat",
        "other": "ce|care|cum",
        "reason": "de ce",
    },
    "ru": {
        "date": "когда|каком году|какой год|каком веке|каком месяце|какого числа",
        "amount": "сколько стоит|какой процент|какова стоимость",
        "number": "сколько|какое количество|как долго|как часто",
        "person": "кто|кого|кому|кем|чей|чья",
        "place": "где|куда|откуда|какой стране|каком городе|какая страна",
        "other": "что|чего|чем|какой|какая|какие|какое|каких|каким|какую|каком|какова|каковы|как",
        "reason": "почему|зачем",
    },
    "tr": {
        "date": "ne zaman|hangi yıl|hangi yılda|hangi tarihte|hangi tarih|hangi ay|hangi yüzyılda",
        "amount": "ne kadar|yüzde kaç|yüzde kaçı|kaça",
        "number": "kaç|kaçı|kaç tane|ne kadar süre",
        "person": "kim|kimin|kimi|kime|kimler|kimdir",
        "place": "nerede|nereye|nereden|neresi|hangi ülke|hangi ülkede|hangi şehir|hangi şehirde",
        "other": "ne|nedir|hangi|hangisi|nasıl|neler",
        "reason": "neden|niçin",
    },
    "el": {
        "date": "πότε|ποια χρονιά|ποιο έτος|ποιον αιώνα|ποια ημερομηνία",
        "amount": "πόσο|πόση|ποιο ποσοστό|τι ποσοστό",
        "number": "πόσοι|πόσες|πόσα|πόσους|πόσο συχνά|πόσο καιρό",
        "person": "ποιος|ποιοι|ποιον|τίνος|ποιανού",
        "place": "πού|που βρίσκεται|ποια χώρα|ποια πόλη|ποια πολιτεία",
        "other": "τι|ποια|ποιο|ποιες|πώς",
        "reason": "γιατί",
    },
    "vi": {
        "date": "khi nào|năm nào|ngày nào|lúc nào|bao giờ|tháng nào|thế kỷ nào|vào năm nào",
        "amount": "bao nhiêu tiền|bao nhiêu phần trăm",
        "number": "bao nhiêu|bao lâu|mấy|bao xa",
        "person": "ai",
        "place": "ở đâu|đâu|nơi nào|nước nào|quốc gia nào|thành phố nào",
        "other": "gì|nào|thế nào",
        "reason": "tại sao|vì sao",
    },
    "ar": {
        "date": "متى|أي عام|أي سنة|اي عام|اي سنة|أي يوم|أي شهر|أي تاريخ|أي قرن",
        "number": "كم|ما عدد",
        "person": "^من|من هو|من هي|من الذي|من التي|من الذين|من كان|من قام|لمن|أي لاعب|أي شخص",
        "place": "أين|اين|من أين|أي مدينة|أي بلد|أي دولة|أي مكان",
        "other": "ما|ماذا|كيف|أي|من أي",
        "reason": "لماذا|ما سبب",
    },
}

# Scripts that run words together or write vowels as marks: whatever stands first inside the question counts.
ASKING_INSIDE: dict[str, str] = {
    "date": "何时|何時|什么时候|什么时间|哪一年|哪年|哪一天|何年|什么年|什么日期|いつ|"
    "在哪一年|在哪年|在哪一天|在哪天|在哪个月|几月几日|哪一日|多会儿|何月|何日|"
    "เมื่อใด|เมื่อไหร่|เมื่อไร|ปีใด|ปีไหน|ปีอะไร|วันใด|วันไหน|เดือนใด|เดือนไหน|วันที่เท่าไร|วันที่เท่าไหร่|ศตวรรษใด|"
    "कब|किस वर्ष|किस साल|언제",
    "number": "多少|几|幾|多大|多久|多长|多远|多高|多快|いくつ|何人|นานแค่ไหน|มากแค่ไหน|บ่อยแค่ไหน|"
    "กี่|เท่าใด|เท่าไร|เท่าไหร่|कितन|몇|얼마",
    "person": "谁|誰|哪位|哪些人|什么人|哪个球员|哪名球员|哪个人|だれ|คนใด|ผู้ใด|คนไหน|ใคร|किसने|कौन|किसके द्वारा|누가|누구",
    "place": "哪里|哪儿|何处|哪个国家|哪个城市|在哪|在哪个国家|在哪个城市|在哪座城市|什么地方|哪个地方|"
    "どこ|ที่ไหน|ที่ใด|แห่งใด|ประเทศไหน|เมืองไหน|"
    "ประเทศใด|เมืองใด|कहाँ|कहां|어디",
    "reason": "为什么|为何|ทำไม|เพราะเหตุใด|क्यों|なぜ|왜",
    "other": "什么|哪|在哪个|在哪些|称为什么|名为什么|述为什么|视为什么|改为什么|作为什么|定为什么|"
    "การเมืองใด|อะไร|ใด|क्या|किस|무엇",
}

# Verbs that begin a question to be answered with yes or no.
YES_NO: dict[str, str] = {
    "en": "is are was were do does did has have had can could may must should will would am isn't aren't",
    "de": "ist sind war waren hat haben hatte hatten kann können darf dürfen muss müssen soll sollen wird werden gibt "
    "wurde wurden gilt gelten braucht",
    "fr": "est-ce est sont était a ont peut peuvent faut doit doivent existe",
    "es": "es son está están hay tiene tienen puede pueden fue fueron era eran ha han había debe deben se existe "
    "existen hubo",
    "it": "è sono ha hanno può possono esiste deve devono era",
    "pt": "é são está há tem têm pode podem foi foram existe deve",
    "nl": "is zijn was waren heeft hebben kan kunnen mag mogen moet moeten wordt worden",
}

# How these questions are answered.
YES_AND_NO: dict[str, tuple[str, str]] = {
    "en": ("Yes", "No"),
    "de": ("Ja", "Nein"),
    "fr": ("Oui", "Non"),
    "es": ("Sí", "No"),
    "it": ("Sì", "No"),
    "pt": ("Sim", "Não"),
    "nl": ("Ja", "Nee"),
}

# What a plain "what" or "which" asks for, by a noun among the first words after it.
NOUNS: dict[str, str] = {
    "amount": "revenue revenues sales income profit cost costs price amount fee deductible copay salary budget "
    "value expense "
    "expenses limit allowance percentage percent reward turnover capex ebitda assets liabilities equity debt "
    "inventory inventories cogs "
    "ingresos beneficio resultado coste precio importe umsatz gewinn kosten preis betrag",
    "number": "number population age length height distance area speed duration notice",
}

# What no table holds as such: it would have to be worked out. A word of one of these beginnings shows it.
COMPUTED = (
    "ratio|margin|average|mean|growth|grew|grow|chang|differen|compar|increas|decreas|declin|declining|cagr|"
    "percentage point|"
    "crec|aument|disminu|cambi|variaci|promedi|durchschnitt|verhältnis|wachs|gestiegen|moyenne|croissance|evoluci"
)

MONTHS = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun "
    "jul aug sep sept "
    "oct nov dec enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre "
    "januar februar märz mai juni juli oktober dezember janvier février mars avril juin juillet août septembre "
    "octobre "
    "novembre décembre janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre januari februari "
    "maart mei "
    "augustus ianuarie februarie martie aprilie iunie iulie septembrie octombrie noiembrie decembrie "
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря ocak şubat mart nisan "
    "mayıs haziran "
    "temmuz ağustos eylül ekim kasım aralık ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου "
    "σεπτεμβρίου οκτωβρίου νοεμβρίου δεκεμβρίου يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر "
    "ديسمبر".split()
)

# Numbers written as words; "one", which is an article in most of these languages, is left out.
NUMBER_WORDS: dict[str, str] = {
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands dozen "
    "dozens half twice",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho "
    "diecinueve veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento mil",
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn "
    "neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert tausend dutzend",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente "
    "quarante "
    "cinquante soixante cent mille",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici venti trenta quaranta cinquanta cento mille",
    "pt": "dois duas três quatro cinco seis sete oito nove dez onze doze vinte trinta cem mil",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf twintig dertig honderd duizend",
    "ro": "doi două trei patru cinci șase șapte opt nouă zece unsprezece doisprezece sute mii",
    "ru": "два две три четыре пять шесть семь восемь девять десять двух трёх трех четырёх четырех пяти шести семи "
    "восьми "
    "десяти сто двадцать тридцать",
    "tr": "iki üç dört beş altı yedi sekiz dokuz on yirmi otuz kırk elli yüz bin",
    "el": "δύο τρεις τρία τέσσερις τέσσερα πέντε έξι επτά οκτώ εννέα δέκα έντεκα δώδεκα είκοσι εκατό",
    "vi": "hai ba bốn năm sáu bảy tám chín mười",
}

SCALES = frozenset(
    "million millions billion billions trillion thousand thousands hundred dozen bn millón millones mil miles "
    "millionen million "
    "milliarde milliarden milliard milliards mille milioni miliardi milhões milioane miliarde тысяч тысячи "
    "миллион миллиона "
    "миллионов миллиард миллиарда миллиардов млн млрд milyon milyar bin εκατομμύρια εκατομμυρίων δισεκατομμύρια "
    "χιλιάδες "
    "triệu tỷ nghìn ngàn percent".split()
)

# Units of time, which may stand after another word: "ten working days".
TIMES = frozenset(
    "second seconds minute minutes hour hours day days week weeks month months year years día días semana semanas mes "
    "meses año años hora horas tag tage tagen woche wochen monat monate jahr jahre jour jours mois ans".split()
)

# What belongs to a date although it is no part of the calendar: "late 1980s", "summer of 1521", "after 1279".
BEFORE_DATES = (
    "early|late|mid|spring|summer|autumn|fall|winter|after|before|since|until|around|about|verano|primavera|otoño|"
    "invierno|"
    "principios|mediados|finales|después|antes|desde|hasta|sommer|frühling|herbst|winter|anfang|ende|mitte|nach|"
    "vor|seit|bis|"
    "späten|frühen|début|fin|été|hiver|printemps|automne|avant|après|depuis"
)

# Words that turn a statement round; `turns.DENYING` has those that do so beside them.
NEGATIONS: dict[str, str] = {
    "en": "not never no without cannot can't isn't wasn't aren't weren't don't doesn't didn't won't nor neither",
    "es": "no nunca jamás sin ni",
    "de": "nicht nie niemals kein keine keinen keiner keinem keines ohne",
    "fr": "pas jamais sans aucun aucune ni",
    "it": "non mai senza né nessun nessuno nessuna",
    "pt": "não nunca sem nem nenhum nenhuma",
    "nl": "niet geen nooit zonder",
    "ru": "не ни никогда без",
    "ro": "nu niciodată fără",
    "el": "δεν μην ποτέ χωρίς",
    "vi": "không chưa",
}

# What introduces a reason.
CAUSES = frozenset(
    "because due since owing caused cause causes reason reasons thanks therefore result resulted after so order "
    "porque debido para "
    "causa motivo weil wegen aufgrund grund damit um parce car afin raison pour perché poiché omdat wegens pentru "
    "deoarece "
    "datorită потому поскольку из-за чтобы çünkü nedeniyle için dolayı επειδή λόγω διότι για vì do nhằm bởi لأن "
    "بسبب".split()
)

# How long a period is, by what is said of it; of the first that is found.
SPANS: dict[str, str] = {
    "quarter": "three months|quarter|13 weeks|thirteen weeks|trimestre|quartal",
    "half": "six months|half-year|half year|first half|second half|26 weeks|semestre|halbjahr|seis meses|sechs monate",
    "nine months": "nine months|39 weeks|nueve meses|neun monate",
    "year": "year ended|years ended|twelve months|52 weeks|53 weeks|full year|fiscal year|annual",
}

# Words of labels and questions that hardly tell one row of a table from another.
TOTALS = frozenset("total totals totales gesamt summe consolidated overall group gruppe aggregate".split())
BARE = frozenset("net netto neto note notes amount".split())
WEAK = frozenset(
    "net netto amount amounts value figure number balance expense expenses cost costs company corporation business "
    "reported recorded record generated generate earned earn importe cifra valor betrag wert amounted report have "
    "account".split()
)
PERIOD_WORDS = frozenset(
    "fiscal year years quarter quarters month months week weeks ended end ending beginning first second third fourth "
    "six three nine twelve full period fy annual annually date dated as of at año ejercicio finales final fin jahr "
    "geschäftsjahr jahres ende exercice".split()
)
# What a question may ask for that has only hints among phrases.SAME: where to look for it, not other names.
HINTED = (
    "working capital",
    "quick ratio",
    "ebitda",
    "ebit",
    "free cash flow",
    "gross margin",
    "inventory turnover",
    "debt",
)
# How the main statements of a report are headed.
STATEMENTS = (
    "statements of income",
    "statement of income",
    "statements of earnings",
    "statement of earnings",
    "statements of operations",
    "statement of operations",
    "income statement",
    "statements of financial position",
    "statement of financial position",
    "balance sheet",
    "statements of cash flows",
    "statement of cash flows",
    "cash flow statement",
    "statement of profit or loss",
    "cuenta de resultados",
    "balance de situación",
    "gewinn- und verlustrechnung",
    "bilanz",
    "compte de résultat",
    "konzernbilanz",
)
