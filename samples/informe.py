"""The yearly report, in Spanish, of an invented water board."""

from __future__ import annotations

from pathlib import Path

from layout import CAPTION, H1, PLAIN, SUBTITLE, TITLE, Document, build, page, paragraphs, table
from reportlab.platypus import Flowable, Paragraph, Spacer

# Miles de euros, 2024 y 2023.
INCOME = {
    "Tarifa de abastecimiento": (8_412, 8_057),
    "Tarifa de saneamiento": (3_986, 3_871),
    "Subvenciones": (1_540, 2_115),
    "Otros ingresos": (287, 264),
}
COSTS = {
    "Personal": (4_618, 4_402),
    "Energía eléctrica": (1_963, 2_548),
    "Mantenimiento de la red": (2_874, 2_390),
    "Amortizaciones": (2_731, 2_655),
    "Otros gastos": (1_127, 1_098),
}
RESERVOIRS = [
    ["Embalse", "Capacidad (hm³)", "31-12-2024 (hm³)", "31-12-2023 (hm³)"],
    ["Valdehiedra", "42,0", "29,4", "18,1"],
    ["La Solana Alta", "18,5", "13,3", "9,6"],
    ["Peñas Rubias", "9,5", "5,7", "6,2"],
    ["Total", "70,0", "48,4", "33,9"],
]


def euros(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def total(rows: dict[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(row[0] for row in rows.values()), sum(row[1] for row in rows.values())


def story() -> list[Flowable]:
    return [*_cover(), *_supply(), *_works(), *_accounts()]


def _cover() -> list[Flowable]:
    return [
        Spacer(1, 60),
        Paragraph("Mancomunidad de Aguas del Alto Brezal", TITLE),
        Paragraph("Informe anual 2024", SUBTITLE),
        Spacer(1, 24),
        Paragraph("Presentación", H1),
        *paragraphs("""
La Mancomunidad de Aguas del Alto Brezal abastece a 23 municipios y a 86.400 habitantes. Este informe resume lo que hizo en
2024, lo que costó y lo que queda por hacer. La Mancomunidad no existe: el informe es un ejemplo inventado que acompaña a
pdfqa, y ninguna de sus cifras es real.

El año empezó con sequía y terminó con los embalses al 69 % de su capacidad. Las restricciones nocturnas, vigentes desde el 2
de octubre de 2023, se levantaron el 18 de marzo. El consumo medio bajó a 121 litros por habitante y día, cuatro menos que
el año anterior.

La Junta de Gobierno, reunida en sesión ordinaria el 27 de febrero de 2025, aprobó este informe por 19 votos a favor y cuatro
abstenciones.
"""),
        Spacer(1, 6),
        Paragraph("Leocadia Urrutia Montalbán<br/>Presidenta", PLAIN),
    ]


def _supply() -> list[Flowable]:
    return [
        *page(),
        Paragraph("1. Abastecimiento", H1),
        *paragraphs("""
## 1.1 Embalses

Las lluvias de marzo y de noviembre llenaron los embalses de la cabecera. Solo Peñas Rubias acabó el año con menos agua que
el anterior, porque se vació en parte para reparar su compuerta de fondo.
"""),
        table(RESERVOIRS, [50, 33, 36, 36], totals=[4]),
        Paragraph("Tabla 1. Agua embalsada", CAPTION),
        *paragraphs("""
## 1.2 Agua suministrada

Se suministraron 5,61 hectómetros cúbicos de agua a la red. Se facturaron 4,43: el 79 %. La diferencia, el agua no registrada,
bajó del 24 % al 21 %. El objetivo para 2027 es el 15 %.

## 1.3 Calidad

El laboratorio hizo 9.318 análisis. El 99,6 % cumplió todos los límites. Hubo dos incidencias: en mayo, un exceso de
trihalometanos en Villar del Enebro, que duró tres días; en agosto, turbidez en Fuentelmonje tras una tormenta. En ninguna
de las dos fue necesario repartir agua embotellada.

## 1.4 Atención al público

La oficina de Torrebrezal atendió 14.206 consultas. El tiempo medio de respuesta a las reclamaciones fue de seis días hábiles.
La mayor parte de ellas, el 41 %, se refería a la lectura del contador.
"""),
    ]


def _works() -> list[Flowable]:
    return [
        *page(),
        Paragraph("2. Obras y personal", H1),
        *paragraphs("""
## 2.1 Red

Se renovaron 17,8 kilómetros de tubería, casi toda de fibrocemento, de una red de 612 kilómetros. Quedan 94 kilómetros de
fibrocemento; al ritmo actual desaparecerán en 2030. Se instalaron 6.150 contadores de lectura remota, y ya los tiene el 58 %
de los abonados.

## 2.2 Depuradoras

La depuradora de Torrebrezal recibió un tercer decantador, que entró en servicio el 9 de septiembre con siete semanas de
retraso. Costó 2,35 millones de euros, de los que la Junta Regional pagó el 60 %. La de Villar del Enebro reutiliza desde
junio el 12 % de su agua para el riego de parques.

## 2.3 Energía

Las placas solares de la estación de bombeo de Valdehiedra, de 840 kilovatios, produjeron 1,27 gigavatios hora. Con ellas y
con la bajada de los precios, la factura eléctrica se redujo un 23 %.

## 2.4 Personal

La plantilla era de 118 personas a 31 de diciembre, tres más que un año antes. Se registraron cinco accidentes con baja,
ninguno grave. El convenio firmado en abril sube los salarios un 3,2 % en 2024 y un 2,8 % en 2025, y reduce la jornada a 36
horas semanales desde enero de 2026.

## 2.5 Riesgos

- La sequía sigue siendo el riesgo principal: con dos inviernos secos seguidos volverían las restricciones.

- Las subvenciones dependen de presupuestos ajenos; en 2024 bajaron un 27 %.

- El sistema de telecontrol es de 2009 y su fabricante dejará de mantenerlo en diciembre de 2026.
"""),
    ]


def _accounts() -> list[Flowable]:
    income, costs = total(INCOME), total(COSTS)
    result = income[0] - costs[0], income[1] - costs[1]
    if (income, costs, result) != ((14_225, 14_307), (13_313, 13_093), (912, 1_214)):
        raise ValueError(f"the text quotes other sums: {income}, {costs}, {result}")
    rows = [["Miles de euros", "2024", "2023"]]
    rows += [[name, *map(euros, pair)] for name, pair in INCOME.items()]
    rows += [["Total de ingresos", *map(euros, income)]]
    rows += [[name, *map(euros, pair)] for name, pair in COSTS.items()]
    rows += [["Total de gastos", *map(euros, costs)], ["Resultado del ejercicio", *map(euros, result)]]
    return [
        *page(),
        Paragraph("3. Cuentas", H1),
        table(rows, [90, 30, 30], totals=[5, 11, 12]),
        Paragraph("Tabla 2. Cuenta de resultados", CAPTION),
        *paragraphs("""
## 3.1 Resultado

El ejercicio se cerró con un resultado de 912.000 euros, frente a 1.214.000 en 2023. Los ingresos por tarifas crecieron un
4 %; los gastos de mantenimiento subieron un 20 % por la renovación de la red.

## 3.2 Tarifas

La tarifa de abastecimiento subió un 3,5 % el 1 de enero de 2024. Un hogar de tres personas paga ahora 19,40 euros al mes por
agua y saneamiento. La bonificación para familias con rentas bajas, del 50 %, llegó a 2.870 hogares. La Junta de Gobierno ha
acordado no subir las tarifas en 2025.

## 3.3 Deuda

La deuda con bancos era de 11,8 millones de euros a 31 de diciembre, 1,4 millones menos que un año antes. El tipo medio fue del
3,1 %.

## 3.4 Presupuesto de 2025

El presupuesto de 2025 prevé inversiones de 6,2 millones de euros: 3,4 para la red, 1,9 para el nuevo telecontrol y 0,9 para
contadores.
"""),
    ]


def write(path: Path) -> None:
    """Write the report."""
    document = Document(
        path,
        title="Mancomunidad de Aguas del Alto Brezal: Informe anual 2024",
        author="Mancomunidad de Aguas del Alto Brezal (inventada)",
        head="Mancomunidad de Aguas del Alto Brezal  |  Informe anual 2024",
        foot="Página {}",
    )
    build(document, story)
