"""The statements of the queues of outputs, and what becomes of a row by the result of an attempt."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Integer, Select, and_, bindparam, case, func, or_, select, text, update

from bot.ports.output_store import GivenUp, OutputDelivery, OutputResult, Postponed, Taken
from bot.store.codecs import clean
from bot.store.database.dialect import Dialect
from bot.store.database.timestamps import to_ms
from bot.store.tables import DUE, output_alerts, watchlist_alerts

if TYPE_CHECKING:
    from sqlalchemy import Update
    from sqlalchemy.sql.dml import ReturningUpdate

Kind = Literal["taken", "passed", "postponed", "dead", "given_up"]


@cache
def claim_statement() -> ReturningUpdate[Any]:
    """Return the statement that leases what is due to an output, and gives the ids.

    its_output, now, until, far, its_epoch, most. Only one sender claims at a time: what another epoch holds is free.
    """
    free = or_(
        output_alerts.c.lease_until.is_(None),
        output_alerts.c.lease_until <= bindparam("now"),
        output_alerts.c.lease_epoch != bindparam("its_epoch"),
    )
    waited = or_(output_alerts.c.not_before <= bindparam("now"), output_alerts.c.not_before > bindparam("far"))
    due = (output_alerts.c.output == bindparam("its_output"), text(DUE), waited)
    oldest = select(output_alerts.c.id).where(*due, free).order_by(output_alerts.c.created_at, output_alerts.c.id)
    chosen = oldest.limit(bindparam("most", type_=Integer)).cte("chosen")
    return (
        update(output_alerts)
        .where(output_alerts.c.id.in_(select(chosen.c.id)), free)
        .values(lease_epoch=bindparam("its_epoch"), lease_until=bindparam("until"))
        .returning(output_alerts.c.id)
    )


@cache
def claimed_statement(dialect: Dialect) -> Select[Any]:
    """Return the select of rows with what they tell, urgent first, then oldest: ids."""
    told = (watchlist_alerts.c[name] for name in ("watchlist", "payload", "rank"))
    return (
        select(output_alerts, *told)
        .select_from(output_alerts.join(watchlist_alerts, watchlist_alerts.c.id == output_alerts.c.alert))
        .where(dialect.among(output_alerts.c.id, "ids"))
        .order_by(case((watchlist_alerts.c.rank == 0, 0), else_=1), output_alerts.c.created_at, output_alerts.c.id)
    )


def to_change(delivery: OutputDelivery, result: OutputResult, epoch: int, now: int) -> tuple[Kind, dict[str, Any]]:
    """Return what becomes of a row, and the values of that; `now` in milliseconds."""
    row: dict[str, Any] = {"its_id": delivery.id, "its_epoch": epoch}
    match result:
        case Taken(sent):
            row |= {"to_shown": delivery.revision}
            return ("taken", row | {"now": now}) if sent else ("passed", row)
        case Postponed(at, reason, failed):
            failure = {"more": int(failed), "since": now if failed else None}
            return "postponed", row | failure | {"to_time": to_ms(at), "to_reason": clean(reason)}
        case GivenUp(reason):
            return ("given_up" if delivery.shown else "dead"), row | {"to_reason": clean(reason)}


@cache
def result_statement(kind: Kind) -> Update:
    """Return the statement that does so, once for all. A row that was claimed anew is not ours to change."""
    columns = output_alerts.c
    # A correction that came while this was under way is still to be told.
    uncorrected = and_(columns.corrected, columns.wanted > bindparam("to_shown"))
    well = {"attempts": 0, "failing_since": None, "reason": None}
    since = func.coalesce(columns.failing_since, bindparam("since", type_=columns.failing_since.type))
    changes: dict[Kind, dict[str, Any]] = {
        "taken": {
            **well,
            "state": "sent",
            "answers": case((columns.shown > 0, columns.answers + 1), else_=columns.answers),
            "shown": bindparam("to_shown"),
            "corrected": uncorrected,
            "sent_at": bindparam("now"),
        },
        "passed": {**well, "shown": bindparam("to_shown"), "corrected": uncorrected},
        "postponed": {
            "attempts": columns.attempts + bindparam("more"),
            "failing_since": since,
            "not_before": bindparam("to_time"),
            "reason": bindparam("to_reason"),
        },
        "dead": {"state": "dead", "reason": bindparam("to_reason")},
        # The receiver has an earlier revision: the next change is tried again.
        "given_up": {**well, "shown": columns.wanted, "reason": bindparam("to_reason")},
    }
    ours = (columns.id == bindparam("its_id"), columns.lease_epoch == bindparam("its_epoch"))
    return update(output_alerts).where(*ours).values(changes[kind] | {"lease_epoch": None, "lease_until": None})
