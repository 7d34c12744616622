"""Pages of the transfers of credits: the rules as a table, the list, a new one, one with its acts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from budgets.enums import TransferActKind
from budgets.exports import transfers_table
from budgets.models import Transfer
from budgets.operations import TransferRefused, drop_transfer, open_transfer, record_transfer_act
from budgets.queries.ledger import read_ledger
from budgets.queries.programme import funds
from budgets.queries.rules import rule_matrix
from budgets.queries.transfers import information_due, next_step, steps_of, transfers
from budgets.transfer_forms import TransferActForm, TransferForm
from budgets.views import fund_or_404, may
from budgets.wording import verdict_lines
from cog.exports import DataState, Export, table_file
from cog.paging import page_of
from cog.permissions import Permission, account, requires
from cog.views import convention_or_404


@requires(Permission.READ_REFERENCE)
def rules(request: HttpRequest) -> HttpResponse:
    """What the convention says of every pair of groups, with its sentence."""
    convention = convention_or_404()
    found = [rule_matrix(fund=fund) for fund in funds(convention=convention)]
    return render(request, "budgets/transfers/rules.html", {"matrices": found, **may(request)})


@requires(Permission.READ_BUDGETS)
def transfer_list(request: HttpRequest) -> HttpResponse:
    convention = convention_or_404()
    page = page_of(request, transfers(convention=convention))
    rows = [(row, next_step(row), information_due(row)) for row in page]
    context = {"page": page, "rows": rows, "funds": funds(convention=convention), "today": timezone.localdate()}
    return render(request, "budgets/transfers/list.html", context | may(request))


@requires(Permission.READ_BUDGETS)
def transfers_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every transfer, whichever the page in view."""
    convention = convention_or_404()
    rows = list(transfers(convention=convention))
    export = Export(
        title="Virements de crédits",
        convention=convention,
        page=reverse("budget-transfers"),
        state=DataState.CURRENT,
        simulated=any(row.simulated for row in rows),
        about=[("Virements", len(rows))],
    )
    return table_file(request, export, [transfers_table(rows)], name="virements", kind=kind)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.KEEP_BUDGETS)
def transfer_new(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a transfer: the verdict of the convention comes first, a forbidden one is not recorded."""
    fund = fund_or_404(code)
    stated = list(read_ledger(fund=fund).layout.stated())
    form = TransferForm(request.POST or None, fund=fund, stated=stated)
    verdict: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_transfer(request=form.request, by=account(request), at=timezone.now())
        except TransferRefused as refused:
            for name, words in refused.found:
                form.add_error(name, words[0].upper() + words[1:])
            verdict = verdict_lines(refused.verdict) if refused.verdict else []
        else:
            messages.success(request, f"Projet enregistré : {opened}.")
            return redirect("budget-transfer", transfer_id=opened.pk)
    return render(request, "budgets/transfers/new.html", {"fund": fund, "form": form, "verdict": verdict})


def _found(transfer_id: int) -> Transfer:
    found = transfers(convention=convention_or_404()).filter(pk=transfer_id).first()
    if found is None:
        raise Http404("Ce virement n'existe pas.")
    return found


@requires(Permission.READ_BUDGETS)
def transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """One transfer: its verdict, its acts, what it waits for."""
    found = _found(transfer_id)
    step = next_step(found)
    form = TransferActForm(initial={"kind": step.kind, "dated": timezone.localdate()}) if step else None
    context = {"transfer": found, "steps": steps_of(found), "next": step, "form": form, "today": timezone.localdate()}
    return render(request, "budgets/transfers/transfer.html", context | may(request))


@require_POST
@requires(Permission.KEEP_BUDGETS)
def transfer_act(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Record an act of a transfer."""
    found = _found(transfer_id)
    form = TransferActForm(request.POST)
    if not form.is_valid():
        messages.error(request, "L'acte n'est pas enregistré. " + " ".join(form.told()))
        return redirect("budget-transfer", transfer_id=transfer_id)
    told = form.cleaned_data
    try:
        after = record_transfer_act(
            transfer=found,
            kind=TransferActKind(told["kind"]),
            dated=told["dated"],
            reference=told["reference"],
            favourable=told["favourable"] == "oui",
            by=account(request),
            at=timezone.now(),
        )
    except TransferRefused as refused:
        messages.error(request, f"L'acte n'est pas enregistré : {refused}")
    else:
        messages.success(request, f"Acte enregistré. Le virement est {after.get_state_display()}.")
    return redirect("budget-transfer", transfer_id=transfer_id)


@require_POST
@requires(Permission.KEEP_BUDGETS)
def transfer_drop(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Give up a draft."""
    try:
        drop_transfer(transfer=_found(transfer_id), by=account(request), at=timezone.now())
    except TransferRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Le projet de virement est abandonné ; il reste lisible.")
    return redirect("budget-transfer", transfer_id=transfer_id)
