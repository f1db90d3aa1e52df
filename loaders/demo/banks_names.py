"""Names of banks that do not exist, and what happens to names over the years: spelling drifts, and real renames.

The names and their CNPJ are the same for every seed, so that a list of aliases under git can know them.
"""

import unicodedata

# Conglomerates, the largest first.
LABELS = (
    "JATOBÁ",
    "SABIÁ",
    "CAIXA DAS ÁGUAS",
    "MANDACARU",
    "TAMANDUÁ",
    "BABAÇU",
    "JANGADA",
    "ARIRANHA/QUERO-QUERO",
    "VAGALUME",
    "CARNAÚBA",
    "PITANGA",
    "MARACATU",
    "BÚSSOLA",
    "LOBO-GUARÁ",
    "EMBAÚBA",
    "FREVO",
    "CUPUAÇU",
    "SUCUPIRA",
    "TUIUIÚ",
    "BERIMBAU",
    "JABUTI",
    "CAJUEIRO",
    "BEM-TE-VI",
    "PAINEIRA",
    "MURIQUI",
    "UMBUZEIRO",
    "SAÍRA",
    "PEROBA",
    "CIRANDA",
    "FAROL VELHO",
    "JAÇANÃ",
    "BURITI",
    "ESTADUAL DO PLANALTO",
    "CURIÓ",
    "XAXADO",
    "MOGNO",
    "GARÇA BRANCA",
    "MANACÁ",
    "ZABUMBA",
    "SAPUCAIA",
    "VELEIRO",
    "JURITI",
    "GRAVIOLA",
    "PANDEIRO",
    "IMBUIA",
    "CANOA",
    "QUARESMEIRA",
    "BAIÃO",
    "CATIRA",
    "FIGUEIRA",
    "MICO-LEÃO",
    "JANGADEIRO",
    "CEDRO VERDE",
    "CONGADA",
    "PEDRA FURADA",
    "CAMBUCI",
    "VIOLEIRO",
    "LAGOA SERENA",
    "SERIGUELA",
    "TERRA ROXA",
    "AÇAIZEIRO",
    "BOIADEIRO",
    "CORCOVA",
    "RECÔNCAVO",
    "TAPIOCA",
    "MARÉ CHEIA",
    "ESTRELA-GUIA",
    "RENDEIRA",
    "CASCATA",
    "PINHÃO",
    "SERTANEJO",
    "BROMÉLIA",
    "ALPENDRE",
    "CAPIM DOURADO",
    "TROPEIRO",
    "JENIPAPO",
    "CAITITU",
    "VARANDA",
    "BEIJA-FLOR",
    "POTIRA",
    "ANDORINHA",
    "CHAPADÃO",
    "GUAPURUVU",
    "LAMPARINA",
    "IGUANA",
    "MANGABEIRA",
    "OURO DE MINA",
    "CACHAÇÃO",
    "PESCADOR",
    "TREM DA SERRA",
    "ARATICUM",
    "VIRA-MUNDO",
    "CALANGO",
    "BALUARTE",
    "MORINGA",
    "SETE QUEDAS",
    "PIRARUCU",
    "ORVALHO",
)
# What the list of segments calls a conglomerate, where that is not its label: only a list of aliases can tell.
LISTED_AS = {
    "CAIXA DAS ÁGUAS": "CAIXA ESTADUAL DAS AGUAS",
    "TUIUIÚ": "TUIUIU PARTICIPACOES",
    "ESTADUAL DO PLANALTO": "BANCO DO ESTADO DO PLANALTO S.A.",
    "GRAVIOLA": "GRV HOLDING FINANCEIRA",
    "VELEIRO": "BANCO VELEIRO MULTIPLO S.A.",
}
# Real renames: (label or name, year and quarter from which on it is called otherwise, then).
RENAMED = (
    ("PITANGA", (2019, 3), "PITANGA DIGITAL"),
    ("BERIMBAU", (2021, 1), "NOVO BERIMBAU"),
    ("JAÇANÃ", (2023, 2), "JAÇA BANK"),
    ("BURITI", (2018, 2), "GRUPO BURITI"),
)
# (who takes over, whom, year and quarter from which on there is one label for both).
MERGED = (("SUCUPIRA", "PAINEIRA", (2021, 2)), ("MOGNO", "IMBUIA", (2019, 1)), ("CIRANDA", "PEROBA", (2025, 1)))

FORMS = (
    "{} S.A. - CRÉDITO, FINANCIAMENTO E INVESTIMENTO",
    "{} INSTITUIÇÃO DE PAGAMENTO S.A.",
    "BANCO {} S.A.",
    "{} S/A SOCIEDADE DE CRÉDITO, FINANCIAMENTO E INVESTIMENTO",
    "{} SOCIEDADE DE CRÉDITO DIRETO S.A.",
    "{} INSTITUIÇÃO DE PAGAMENTO LTDA",
)
# The first word of a stand-alone institution's name, and the second.
BEGINNINGS = ("NOVA", "VIA", "CASA DA", "PONTO", "TODA", "DONA", "BELA")
ENDINGS = ("VEREDA", "AURORA", "ENSEADA", "COLINA", "ROÇA", "PRAÇA", "LAVOURA", "PORTEIRA", "CALÇADA", "ESTAÇÃO")
MEMBERS = (
    "BANCO {} S.A.",
    "{} FINANCEIRA S.A. - CRÉDITO, FINANCIAMENTO E INVESTIMENTO",
    "{} INSTITUIÇÃO DE PAGAMENTO S.A.",
    "BANCO {} CARTÕES S.A.",
)
LARGEST = "00000000"  # the CNPJ of the largest conglomerate's leading bank
FIRST = (LARGEST, "00123456", "00360987", "07650432")  # the others of whom tests and seeds may speak


def plain(name: str) -> str:
    """A name without accents."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def stand_alone(number: int) -> str:
    """The legal name of the stand-alone institution number so many."""
    first, second = number % len(BEGINNINGS), number % len(ENDINGS)
    return FORMS[number % len(FORMS)].format(f"{BEGINNINGS[first]} {ENDINGS[second]}")


def cnpj(number: int) -> str:
    """The CNPJ root of the institution number so many, all different; one in six begins with zeros."""
    if number < len(FIRST):
        return FIRST[number]
    mixed = number * 611_953 % 8_999_993  # a prime, so that different numbers stay different
    if number % 24 == 0:
        return f"{200_000 + mixed // 12:08}"
    return f"{1_000_000 + mixed:08}" if number % 6 == 0 else f"{70_000_000 + mixed * 3:08}"


def earlier(name: str, number: int) -> str:
    """How a name used to be spelled, for about one in three."""
    turn = number % 9
    if turn == 1:
        return name.replace("S.A.", "S A").replace("S/A", "S A")
    if turn == 4:
        return plain(name)
    if turn == 7:
        return name.replace(" ", "  ", 1)
    return name
