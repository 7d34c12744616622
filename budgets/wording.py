"""Verdicts on credits in French sentences, the same on pages, in documents and in commands."""

from budgets.compute.transfers import Act, Verdict

ACT_LABELS = {
    Act.INFORMATION: "information",
    Act.VOTE: "vote du conseil d'administration",
    Act.COMMITTEE_OPINION: "avis de la Commission d'action sociale",
    Act.STATE_AGREEMENT: "accord préalable des services de l'État",
    Act.STATE_APPROVAL: "approbation des services de l'État",
}


def headline(verdict: Verdict) -> str:
    """The verdict in a few words."""
    if verdict.article is None:
        return "Le texte ne dit rien de ce virement : il ne peut être enregistré."
    if verdict.allowed:
        return "Virement permis, par décision du directeur." if not verdict.needed_first else "Virement permis."
    return "Virement interdit, sauf dérogation exceptionnelle." if verdict.requires else "Virement interdit."


def acts_line(verdict: Verdict) -> str:
    """The acts it takes, in the order in which they are done."""
    return " ; ".join(_act(act, verdict) for act in verdict.requires) or "aucun acte de plus"


def _act(act: Act, verdict: Verdict) -> str:
    article = verdict.article
    if act is not Act.INFORMATION or article is None:
        return ACT_LABELS[act]
    told = f"information : {article.recipients}" if article.recipients else "information"
    if article.days is None:
        return told
    until = f", au plus tard le {verdict.before:%d/%m/%Y}" if verdict.before else ""
    return f"{told}, dans les {article.days} jours qui suivent{until}"


def verdict_lines(verdict: Verdict) -> list[str]:
    """The whole verdict: what, with which acts, by which sentence of the convention."""
    lines = [headline(verdict)]
    if verdict.article is None:
        return lines
    if verdict.is_possible:
        lines.append(f"Actes : {acts_line(verdict)}.")
    lines.append(
        f"Paragraphe {verdict.article.paragraph}, l. {verdict.article.seed_line} : « {verdict.article.words} »"
    )
    if verdict.article.anomaly:
        lines.append(f"Lecture du texte : anomalie {verdict.article.anomaly}.")
    return lines
