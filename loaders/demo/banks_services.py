"""What banks charge for: the services of the fee tables by chapter, for companies (J) and for people (F)."""

from typing import NamedTuple


class Service(NamedTuple):
    """unit: the same one is spelled in two ways, and differently for different services."""

    code: str
    name: str
    unit: str


# Chapter: its unit, then its services; a unit of its own stands behind a name after a bar.
CHAPTERS: dict[str, tuple[str, str]] = {
    "01": ("por cliente", "Confecção de cadastro; Renovação de cadastro; Consulta a serviços de proteção|por consulta"),
    "02": (
        "por cartao",
        "Cartão de débito; Cartão de débito - segunda via; Cartão múltiplo nacional - anuidade; Cartão múltiplo "
        "nacional - emissão; Cartão múltiplo internacional - anuidade; Cartão múltiplo internacional  - emissão; "
        "Cartão adicional - anuidade; Cartão adicional - emissão",
    ),
    "03": (
        "por cheque",
        "Talão de 10 folhas|por talao; Talão de 20 folhas|por talao; Cheque administrativo; Cheque avulso; Devolução "
        "de cheque sem fundos; Sustação de cheque; Inclusão no cadastro de emitentes; Exclusão do cadastro de emitentes"
        "; Cobrança de cheque|Por Cheque; Cheque de valor alto (fixo + %)|Por Cheque; Microfilmagem  de cheque",
    ),
    "04": (
        "por conta",
        "Abertura de conta; Manutenção de conta ativa; Manutenção de conta inativa; Adiantamento a depositante|por "
        "operacao; Concessão de cheque especial; Renovação de cheque especial; Débito autorizado|por operacao; "
        "Acesso pela internet - conta principal; Acesso pela internet  - conta secundária",
    ),
    "05": (
        "por operacao",
        "Saque em rede compartilhada|por saque; DOC de mesma titularidade; DOC a terceiros; Ordem de pagamento; "
        "Depósito em outra praça; Transferência eletrônica (TED)|Por Operação",
    ),
    "06": ("por emissao", "Extrato em terminal  eletrônico; Extrato por outros meios; Cópia de microfilme"),
    "07": (
        "por titulo",
        "Registro por borderô; Registro por arquivo; Boleto sem registro; Título vencido; Envio a protesto; Sustação "
        "de protesto; Devolução de título",
    ),
    "08": (
        "por operacao",
        "Abertura de crédito; Renegociação de dívida; Substituição de garantia; Custódia de cheques; Liquidação "
        "antecipada|Por Operação; Avaliação de garantia|Por Operação",
    ),
    "09": (
        "por copia",
        "Segunda via de documento; Telefonema|por chamada; Fax|por folha; Envelopamento|por envelope; Folha de "
        "pagamento em papel|por funcionario; Folha de pagamento em arquivo|por funcionario",
    ),
    "10": (
        "Por Operação",
        "Exportação: contrato de câmbio; Exportação: liquidação; Exportação: conferência de documentos; Exportação: "
        "câmbio simplificado; Importação: contrato de câmbio; Importação: ordem de pagamento; Importação: demais "
        "tarifas; Financeiro - ingresso: contrato de câmbio; Financeiro -ingresso: liquidação; Financeiro - remessa: "
        "contrato de câmbio; Financeiro - remessa: ordem de pagamento",
    ),
    "11": ("por cliente", "Cadastro de início de relacionamento"),
    "12": (
        "por cartao",
        "Segunda via de cartão de débito; Segunda via de cartão de poupança; Exclusão do cadastro de "
        "emitentes|por operacao; Sustação  de cheque|por operacao; Folha de cheque|por folha; Cheque "
        "administrativo|Por Cheque; Cheque visado|por cheque",
    ),
    "13": (
        "por operacao",
        "Saque em terminal|por saque; Saque pessoal|por saque; Saque em correspondente|Por Operação; Depósito "
        "identificado; Extrato do mês em terminal|por emissao; Extrato de  outro período|por emissao; Cópia de "
        "microfilme|por emissao",
    ),
    "14": (
        "Por Operação",
        "DOC pessoal|por operacao; DOC em terminal; DOC pela internet; TED pessoal; TED em terminal; TED pela "
        "internet; Transferência entre contas; Ordem de pagamento pessoal",
    ),
    "15": ("por operacao", "Adiantamento a depositante pessoa física; Portabilidade  de crédito"),
    "16": ("por conta", "Pacote padronizado I; Pacote padronizado II; Pacote padronizado III; Pacote padronizado IV"),
    "17": (
        "por cartao",
        "Anuidade de cartão básico nacional; Anuidade de cartão básico internacional; Segunda via de cartão de "
        "crédito; Saque com cartão no país|por saque; Saque com cartão no exterior|por saque; Avaliação "
        "emergencial|Por Operação",
    ),
}


def _services() -> tuple[Service, ...]:
    found = []
    for chapter, (unit, listed) in CHAPTERS.items():
        for number, entry in enumerate(listed.split("; "), 1):
            name, _, own = entry.partition("|")
            found.append(Service(f"{chapter}{number:02}", name, own or unit))
    return tuple(found)


SERVICES = _services()
BY_CODE = {service.code: service for service in SERVICES}
BY_KIND = {
    "J": tuple(service for service in SERVICES if service.code < "11"),
    "F": tuple(service for service in SERVICES if service.code >= "11"),
}
EVERY: tuple[str, ...] = (
    ("Por evento",) * 87 + ("A cada 30 dias",) * 4 + ("A cada 0 dias",) * 3 + ("A cada 180 dias",) * 3
)
EVERY += ("A cada 360 dias", "A cada 365 dias", "A cada 1440 dias")
GROUPS = {
    "01": "Bancos privados",
    "02": "Bancos públicos + Caixa Econômica Federal",
    "03": "Bancos (todos)",  # the union of the first two
    "04": "Bancos de câmbio",
    "05": "Bancos de montadoras",
    "06": "Sociedades de crédito, financiamento e investimento",
    "07": "Instituições de pagamento",
    "08": "Sociedades de crédito direto",
    "09": "Administradoras de cartões",
    "10": "Cooperativas de crédito",
    "11": "Demais instituições (04 a 10)",  # the union of those
}
UNIONS = {"03": ("01", "02"), "11": ("04", "05", "06", "07", "08", "09", "10")}
