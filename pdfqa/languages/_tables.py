"""Word lists and character ranges of `pdfqa.languages`: data only.

The lists are our own: the words a writer of the language uses most, in casefolded form. `FUNCTION` and `QUESTION` words
both tell a language from its neighbours and are left out of queries.
"""

from __future__ import annotations

SNOWBALL: dict[str, str] = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

# English words whose stem would be that of quite another word: who founded a firm has not found it.
STEMS: dict[str, str] = dict.fromkeys(("founded", "founding", "founds"), "founder")
FUNCTION: dict[str, str] = {
    "en": "the of and to in is that for was on with as by at from it be are were this or an a not has have had but his "
    "her their its they we you i he she been these those there than into about will would can could should may any all "
    "such also other between during our your my if no so then do does did",
    "es": "el la los las de del que y en un una es por con para se su sus al lo como más pero fue son era este esta "
    "está han ha sobre entre también desde hasta durante sin ser muy o no le les ya si cada fueron había cuando donde "
    "quien cual",
    "de": "der die das und ist in den von zu mit dem des ein eine einer eines einem einen nicht sich auf für im auch "
    "als an es war wird werden wurde wurden sind bei nach aus durch über oder er sie wie um zum zur dass hat haben "
    "kann "
    "am bis vor unter zwischen ich wir noch nur so",
    "fr": "le la les de des du et en un une est que qui dans pour par sur pas au aux ce cette ces se sont avec il elle "
    "ne plus été ou son sa ses leur nous vous a ont comme mais fut était être à y entre sans",
    "it": "il lo la i gli le di del della dei delle che e è in un una per con non si da dal nel nella sono come al "
    "alla "
    "anche ma più ha fu era su questo questa stato o ed hanno suo sua tra degli ai alle dalla essere",
    "pt": "o a os as de do da dos das que e em um uma no na nos nas é por para com não se ao à mais como foi são seu "
    "sua "
    "mas também pelo pela ser foram ou entre sobre está até sem ele ela este esta",
    "nl": "de het een en van is in dat op te zijn voor met die niet aan er om als ook bij door naar uit werd wordt "
    "over "
    "maar dit deze heeft was worden hij zij kan nog tot of tussen ze hun meer dan",
    "ca": "el la els les de del dels que i en un una és per amb al als no es ha va van seu seva com més però aquest "
    "aquesta són també o perquè fins entre sobre són molt si ser hi ho pel ja sense",
    "ro": "și de la în a al ai ale cu pe din pentru este o un că nu se sunt care ca mai au a fost fi prin după sau "
    "dintre acest această lui lor ei ce s-a între către dar era erau fost sa său fiind până",
    "pl": "i w na z do nie się jest to że o jak po od za przez dla przy są oraz był była było były ale jego jej ich "
    "tym "
    "tego a które który która może ten ta we ze lub też tylko już być",
    "cs": "a v se na je že s z do o to k i ve pro po za by jako byl byla bylo byly od jsou nebo ale při jeho jejich "
    "který "
    "která které také podle až tak však bude jen si už mezi být není",
    "sk": "a v sa na je že s z do o to k i vo pre po za by ako bol bola bolo boli od sú alebo ale pri jeho ich ktorý "
    "ktorá ktoré tiež podľa až tak však bude len si už medzi byť nie",
    "sl": "in v je na se za da so z ki ne s pa bil bila bilo po tudi od kot pri do ali še iz jih ga tega ter lahko med "
    "biti niso ni sta leta",
    "hr": "i u je na se za da su s od koji koja koje ne bio bila bilo po također kao pri do ili iz ga te može među "
    "biti nije sam što ali o a nakon",
    "sv": "och i att det som en på är av för med den till ett om har de inte var från vid kan men hade efter sig eller "
    "under också än när han hon blev över mellan vi så ut detta",
    "da": "og i at det som en på er af for med den til et om har de ikke var fra ved kan men havde efter sig eller "
    "under også end han hun blev over mellem vi så ud dette bliver",
    "no": "og i at det som en på er av for med den til et om har de ikke var fra ved kan men hadde etter seg eller "
    "under også enn han hun ble over mellom vi så ut dette blir ei",
    "fi": "ja on ei se että oli hän joka ovat kun mutta myös kuin sen tai olla ollut jos voi hänen sekä ne mukaan "
    "niin jonka jotka vain nyt noin ovat kanssa vuonna jälkeen mm tämä",
    "et": "ja on ei et see oli ka kes kui aga mis või oma ning seda olid kuid tema mille nii pärast juba välja üle "
    "selle "
    "poolt kus need siis aastal",
    "hu": "a az és hogy nem is egy volt meg de mint csak azt ez el ki már be vagy még lett után által kell ezt között "
    "szerint voltak amely amelyek pedig lehet sem",
    "tr": "ve bir bu da de için ile olarak olan daha çok en gibi kadar sonra olduğu ancak ne var değil tarafından ise "
    "her o şu veya göre önce ya yıl oldu edildi etti üzerinde arasında vardı idi",
    "vi": "của và là các có được trong cho một những không với đã này người khi từ đến như để ra về tại cũng vào năm "
    "đó "
    "trên bởi bị theo nhiều nó sự hoặc thì sẽ ông họ",
    "id": "yang dan di untuk dengan dari pada dalam adalah ini itu tidak ke oleh sebagai juga akan telah atau dapat "
    "oleh "
    "bahwa ada lebih karena para saat setelah serta mereka tersebut",
    "lt": "ir yra kad iš su į buvo tai kaip bet už ar per nuo jo jos apie po ne prie tik taip dėl jau savo iki metu "
    "buvo "
    "kuris kuri kurie arba jų",
    "lv": "un ir ka no ar uz par bija tas kā bet vai pēc pie arī to gan tika kas nav viņa līdz gada ko kura kurš savu "
    "tiek bet starp",
    "eu": "eta da ez bat dira zen ere du izan baina hau egin zuen ziren dute dela hori bere edo arte baino den duen "
    "honen baita",
    "ru": "и в не на что с по как к из за от для это он она они его ее её их но а у о же так был была было были до при "
    "или также является во со если бы может который которая которые только еще ещё мы вы",
    "uk": "і в не на що з та як до із за від для це він вона вони його її їх але у про же так був була було були при "
    "або "
    "також є й зі якщо може який яка які тільки ще ми ви та",
    "bg": "и в не на че с по като към от за са се да е това той тя те но или също при бе беше бяха който която които "
    "със след много до има може си ще",
    "sr": "и у је на се за да су с од који која које не био била било по такође као при до или из га те може међу бити "
    "није сам што али о а након",
    "be": "і ў не на што з па як да за ад для гэта ён яна яны яго але або таксама быў была было былі пры у які якая "
    "якія "
    "толькі яшчэ мы вы",
    "ar": "في من على إلى أن التي الذي عن مع هذا هذه كان كانت ما لا لم كما قد ذلك بين بعد أو ثم إن هو هي وقد حيث عند "
    "قبل "
    "كل غير خلال تم وكان وفي ومن منها به لها له بها تلك",
    "fa": "و در به از که این است را با برای آن بود شد های یک می تا بر شده خود هم نیز یا اما دارد بودند کرد شود باید "
    "او ما "
    "آنها پس پیش بین",
    "ur": "کے کی میں ہے اور سے کا کو پر نے کہ یہ تھا ہیں ایک بھی تھی اس وہ جو ان ہو کر لئے گیا تھے نہیں ساتھ بعد",
    "hi": "के का की में है और से को पर ने कि यह था हैं एक भी थी इस वह जो उन हो कर लिए गया थे नहीं साथ बाद तक द्वारा "
    "या तथा "
    "जा करने अपने होने रूप ही तो जब किया कुछ उनके इसके",
    "mr": "आणि आहे या व ते हे होते तर मध्ये होता होती एक ही तो आहेत केले केली त्या असे नाही झाला झाली करून पण किंवा साठी",
    "ne": "र छ को मा यो थियो पनि छन् ले हो एक गर्न गरेको भएको लागि तथा थिए त्यो यस भने गर्ने हुन्छ वा पछि",
    "el": "και το του η ο της των να τα την με σε για που από στην στο τη τον οι τις είναι ένα μια ήταν δεν ως κατά "
    "αυτό "
    "στη στον τους έχει μία ένας θα αλλά επίσης ή στα στις κάθε έχουν μετά",
    "he": "של את על לא הוא היא זה עם או גם כי כל אל בין יותר היה היתה הייתה היו אשר אך לפי זו אין יש רק מן לאחר הם",
    "th": "ที่ และ ใน ของ เป็น ได้ การ ให้ มี จาก ว่า กับ จะ ไม่ ซึ่ง โดย นี้ คือ ถูก แล้ว หรือ ก็ ความ",
    "zh": "的 了 是 在 和 与 有 为 也 被 对 不 这 那 及 或 以 等 个 中",
    "ja": "の に は を た が で て と し れ さ ある いる も する から な こと として い や など です ます した",
    "ko": "은 는 이 가 을 를 의 에 와 과 로 도 에서 으로 하는 있는 있다 그 및 등 이다 했다 한다",
}

# Words too short, or common to too many languages, to tell a language by; they tell nothing of a question either.
UNTELLING: dict[str, str] = {
    "es": "a e u uno unos unas esto eso he hay tras hacia",
    "ca": "a e o i u en un unes uns",
    "pt": "a e o as os é à às",
    "it": "a e i o è ha ho",
    "fr": "a y à ou",
    "ro": "a e o i",
}

QUESTION: dict[str, str] = {
    "en": "what who whom whose which where when why how many much name named called list tell me give please according",
    "es": "qué quién quiénes cuál cuáles dónde cuándo cómo cuánto cuánta cuántos cuántas por qué cuyo según",
    "de": "was wer wen wem wessen welche welcher welches welchen welchem wo wohin woher wann warum wieso wie viel "
    "viele "
    "wieviel wieviele wofür womit wodurch worin wozu worüber worum worauf woraus wovon wogegen",
    "fr": "quoi quel quelle quels quelles où quand comment pourquoi combien qu'est-ce est-ce lequel laquelle",
    "it": "cosa chi quale quali qual dove quando come perché quanto quanta quanti quante",
    "pt": "qual quais quem onde quando como quanto quanta quantos quantas porquê quê",
    "nl": "wat wie wiens welke welk waar wanneer waarom hoe hoeveel waarvoor waarmee",
    "ca": "què qui quin quina quins quines on quan com quant quanta quants quantes",
    "ro": "ce cine cui care unde când cum cât câtă câți câte de ce cărui cărei",
    "pl": "co kto kogo kim jaki jaka jakie jakim gdzie kiedy dlaczego jak ile ilu czy który",
    "cs": "co kdo koho kým jaký jaká jaké kde kdy proč jak kolik který",
    "sk": "čo kto koho kým aký aká aké kde kedy prečo ako koľko ktorý",
    "sl": "kaj kdo kateri katera katero kje kdaj zakaj kako koliko",
    "hr": "što tko koga koji koja gdje kada zašto kako koliko",
    "sv": "vad vem vems vilken vilket vilka var när varför hur många mycket",
    "da": "hvad hvem hvis hvilken hvilket hvilke hvor hvornår hvorfor hvordan mange meget",
    "no": "hva hvem hvilken hvilket hvilke hvor når hvorfor hvordan mange mye",
    "fi": "mikä mitä mitkä kuka ketä kenen missä mistä mihin milloin miksi miten kuinka paljon monta montako",
    "et": "mis mida kes keda kelle kus kuhu millal miks kuidas kui palju mitu",
    "hu": "mi mit mik ki kit kinek hol hova mikor miért hogyan mennyi hány melyik milyen",
    "tr": "ne kim kimin kimi hangi nerede nereye nereden zaman neden niçin nasıl kaç nedir kimdir kimdi mi mı mu mü "
    "neydi neyi neye neler nelerdir nelerdi "
    "kimler kimleri nerededir neredeydi hangisi hakkında nereden kaçıncı",
    "vi": "gì ai nào đâu khi nào bao nhiêu tại sao thế nào mấy bao giờ",
    "id": "apa siapa mana kapan mengapa bagaimana berapa apakah dimana",
    "lt": "kas ką ko kur kada kodėl kaip kiek kuris",
    "lv": "kas ko kur kad kāpēc kā cik kurš kāds kāda",
    "eu": "zer nor non noiz zergatik nola zenbat zein",
    "ru": "что кто кого кому кем чем чего какой какая какое какие каком какую каким где куда откуда когда почему зачем "
    "как сколько чей чья чье",
    "uk": "що хто кого кому ким чим чого який яка яке які якому де куди звідки коли чому як скільки чий",
    "bg": "какво кой кого коя кое кои къде кога защо как колко чий",
    "sr": "шта ко кога који која где када зашто како колико",
    "be": "што хто каго які якая дзе куды калі чаму як колькі",
    "ar": "ما ماذا من مَن أين متى لماذا كيف كم أي أية هل لمن بماذا",
    "fa": "چه چی کی کجا کدام چرا چگونه چطور چند چقدر آیا",
    "ur": "کیا کون کس کہاں کب کیوں کیسے کتنے کتنا کتنی",
    "hi": "क्या कौन किस किसने किसे किसका किसकी किसके कहाँ कहां कब क्यों कैसे कितना कितने कितनी कौनसा कौनसी किन",
    "mr": "काय कोण कोणी कुठे केव्हा का कसे किती कोणत्या कोणता",
    "ne": "कसले कहाँ कहिले किन कसरी कति कुन",
    "el": "τι ποιος ποια ποιο ποιοι ποιες ποιον ποιων που πού πότε γιατί πώς πόσο πόσα πόσες πόσοι πόσους ποιαν",
    "he": "מה מי איפה היכן מתי למה מדוע איך כיצד כמה איזה איזו אילו האם",
    "th": "อะไร ใคร ที่ไหน เมื่อไหร่ เมื่อใด ทำไม อย่างไร เท่าไหร่ เท่าใด กี่ ใด ไหน",
    "zh": "什么 谁 哪 哪里 哪个 哪些 何时 多少 为什么 如何 怎么 几 吗 呢",
    "ja": "何 誰 どこ いつ なぜ どう どの どれ いくつ いくら か",
    "ko": "무엇 누구 어디 언제 왜 어떻게 얼마 몇 어느 어떤",
}

# Letters that none, or few, of the languages of the same script share.
LETTERS: dict[str, str] = {
    "es": "ñ¿¡",
    "de": "ßäöü",
    "fr": "œêèùûîçà",
    "it": "òìùàè",
    "pt": "ãõçêâ",
    "ca": "·ïòèç",
    "ro": "țșăţîâ",
    "pl": "łżźćńśąę",
    "cs": "řěůťďňč",
    "sk": "ľĺŕôťďňč",
    "sl": "čšž",
    "hr": "ćđčšž",
    "sv": "åäö",
    "da": "æøå",
    "no": "æøå",
    "fi": "äö",
    "et": "õäöü",
    "hu": "őűáé",
    "tr": "ğışİ",
    "vi": "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ",
    "lt": "ėųįūšž",
    "lv": "āēīūķļņģ",
    "ru": "ыэё",
    "uk": "іїєґ",
    "bg": "ъ",
    "sr": "ђћљњј",
    "be": "ўі",
    "fa": "پچژگ",
    "ur": "ٹڈڑںےہ",
    "mr": "ळ",
}

# Which languages share a script, the likeliest first; a script with one language needs no counting.
SCRIPT_LANGUAGES: dict[str, tuple[str, ...]] = {
    "latin": tuple("en es de fr it pt nl ca ro pl cs sk sl hr sv no da fi et hu tr vi id lt lv eu".split()),
    "cyrillic": ("ru", "uk", "bg", "sr", "be"),
    "arabic": ("ar", "fa", "ur"),
    "devanagari": ("hi", "mr", "ne"),
    "greek": ("el",),
    "hebrew": ("he",),
    "han": ("zh",),
    "kana": ("ja",),
    "hangul": ("ko",),
    "thai": ("th",),
    "lao": ("lo",),
    "khmer": ("km",),
    "myanmar": ("my",),
    "armenian": ("hy",),
    "georgian": ("ka",),
    "bengali": ("bn",),
    "gurmukhi": ("pa",),
    "gujarati": ("gu",),
    "tamil": ("ta",),
    "telugu": ("te",),
    "kannada": ("kn",),
    "malayalam": ("ml",),
    "sinhala": ("si",),
    "ethiopic": ("am",),
}

# First and last character of each range, with its script, in order.
SCRIPT_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x41, 0x24F, "latin"),
    (0x370, 0x3FF, "greek"),
    (0x400, 0x52F, "cyrillic"),
    (0x530, 0x58F, "armenian"),
    (0x590, 0x5FF, "hebrew"),
    (0x600, 0x77F, "arabic"),
    (0x900, 0x97F, "devanagari"),
    (0x980, 0x9FF, "bengali"),
    (0xA00, 0xA7F, "gurmukhi"),
    (0xA80, 0xAFF, "gujarati"),
    (0xB80, 0xBFF, "tamil"),
    (0xC00, 0xC7F, "telugu"),
    (0xC80, 0xCFF, "kannada"),
    (0xD00, 0xD7F, "malayalam"),
    (0xD80, 0xDFF, "sinhala"),
    (0xE00, 0xE7F, "thai"),
    (0xE80, 0xEFF, "lao"),
    (0x1000, 0x109F, "myanmar"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1100, 0x11FF, "hangul"),
    (0x1200, 0x139F, "ethiopic"),
    (0x1780, 0x17FF, "khmer"),
    (0x1E00, 0x1EFF, "latin"),
    (0x1F00, 0x1FFF, "greek"),
    (0x3040, 0x30FF, "kana"),
    (0x3130, 0x318F, "hangul"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "han"),
    (0xFB1D, 0xFB4F, "hebrew"),
    (0xFB50, 0xFDFF, "arabic"),
    (0xFE70, 0xFEFC, "arabic"),
    (0xFF66, 0xFF9F, "kana"),
    (0x20000, 0x3FFFF, "han"),
)

# A point after a title never ends a sentence.
TITLES: dict[str, str] = {
    "": "mr mrs ms dr prof rev hon gen col capt lt sgt st messrs",
    "es": "sr sra srta sres dra d.ª ud uds lic ing",
    "de": "hr fr hrsg dipl ing",
    "fr": "m mm mme mmes mlle me",
    "it": "sig sigg sig.ra dott dott.ssa avv ing",
    "pt": "sr sra srs dra profa",
    "nl": "dhr mevr mw drs ir",
    "ca": "sr sra dra",
    "ro": "dl dna",
    "pl": "inż mgr",
    "ru": "акад им ул",
    "el": "κ κα κος",
}

# A point after one of these ends a sentence only where a new one clearly begins.
ABBREVIATIONS: dict[str, str] = {
    "": "inc corp co ltd llc plc jr etc u.s u.k u.n e.u a.m p.m d.c b.c a.d ph.d s.a s.l s.p.a s.r.l b.v n.v no nos "
    "fig figs tab eq sec ch vol ed eds pp p cf vs e.g i.e "
    "approx ca al art par op cit resp nr ref",
    "en": "sr gov sen rep pres adm jan feb mar apr jun jul aug sep sept oct nov dec mt ft dept est incl viz",
    "es": "ee uu ee.uu núm núms pág págs p.ej ej art arts cap fig lic ing av avda c/ tel aprox gral cía n.º vol ed",
    "de": "usw u.s.w z.b d.h u.a bzw s.o s.u vgl nr abb tab str hr fr hrsg bd s abs ggf ca inkl exkl mio mrd evtl sog "
    "o.ä i.d.r "
    "z.t u.u zzgl max min kap anm dipl ing",
    "fr": "m mm mme mmes mlle p.ex art fig vol chap éd env av bd n° st ste réf",
    "it": "pag pagg art artt cap fig es p.es n vol ecc",
    "pt": "sr sra srs dr dra art arts fig pág págs p.ex n.º vol ex av prof profa",
    "nl": "dhr mevr mw bijv nr blz art fig drs ir mr jl o.a d.w.z m.b.t t.o.v i.v.m",
    "ca": "sr sra dr dra pàg pàgs núm fig art cap p.ex av",
    "ro": "dl dna dr nr art fig pag p.ex str cap alin",
    "pl": "np tzn tj m.in prof dr inż mgr nr ul str rys tab tys mln mld godz św im",
    "cs": "např tj tzn atd č str obr tab mil mld sv prof dr ing mgr",
    "sv": "t.ex bl.a d.v.s s.k kap fig nr sid dr prof ca",
    "da": "f.eks bl.a dvs nr fig kap s dr prof ca jf pkt",
    "no": "f.eks bl.a dvs nr fig kap s dr prof ca jf pkt",
    "fi": "esim ns mm jne s nro ks prof tri",
    "hu": "pl ún ill dr prof stb kb sz",
    "tr": "dr prof doç örn bkz vb sn no cad sok mah yy",
    "ru": "т.е т.д т.п т.к г гг в вв им ул д стр рис табл см ср напр тыс млн млрд руб др проф акад н.э с п пп ст т",
    "uk": "т.д т.п т.зв р рр ст ім вул буд с рис табл див напр тис млн млрд грн проф акад н.е п",
    "el": "κ κα κος π.χ δηλ βλ αρ σελ εικ κ.ά κ.λπ",
}
