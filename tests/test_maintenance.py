"""What `run` does for the record beside polling and sending."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.maintenance import is_backup_due
from bot.record_management.backup_folder import find_backups, keep_newest, new_name, only_writer

NOW = datetime(2026, 11, 30, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("ages", "due"),
    [((), True), ((25,), True), ((23,), False), ((30, 50), True), ((-1, 50), False), ((-24 * 400, 50), True)],
)
def test_a_backup_is_due_when_the_last_is_old_enough(ages: tuple[int, ...], due: bool) -> None:
    """Whatever a clock that was years ahead has named."""
    assert is_backup_due([NOW - timedelta(hours=age) for age in ages], NOW, DAY) is due


def test_a_folder_keeps_the_newest_and_what_is_not_ours(tmp_path: Path) -> None:
    """Two of one second have two names; what somebody else put there stays."""
    for number in range(5):
        new_name(tmp_path, "0013", NOW + number * DAY).write_bytes(b"")
    twin = new_name(tmp_path, "0013", NOW + 4 * DAY)
    twin.write_bytes(b"")
    (tmp_path / "newswatch-important.db").write_bytes(b"")
    keep_newest(tmp_path, 3)
    assert [at for at, _ in find_backups(tmp_path)] == [NOW + 3 * DAY, NOW + 4 * DAY, NOW + 4 * DAY]
    assert (tmp_path / "newswatch-important.db").exists()
    keep_newest(tmp_path, 3)
    assert len(find_backups(tmp_path)) == 3


def test_one_backup_is_written_at_a_time(tmp_path: Path) -> None:
    """The second is refused, and may begin when the first has ended; the folder is made."""
    folder = tmp_path / "new"
    with only_writer(folder), pytest.raises(StoreError, match="another backup"), only_writer(folder):
        pass
    with only_writer(folder):
        pass
