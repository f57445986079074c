"""All synonyms as a spreadsheet, out and in: a group a row, a language a column, expressions with semicolons between them; one in
brackets is only found. What a file has no column for stays as it is. The first ones came in this form (hub/data/synonyms.csv)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext

from hub.models import Expression, SynonymGroup
from hub.models.synonym import CODES, LANGUAGES, LONGEST_NOTE, MOST_WORDS, as_compared
from strongcities import sheets

CODE_NAMES = [code for code, _name in LANGUAGES]
COLUMNS = [sheets.Column(name) for name in ("group", "leads_to", "note", *CODE_NAMES)]


class NotBrought(Exception):
    """The file can't be taken; `faults` are sentences for whoever sent it, all of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults)
        self.faults = faults


@dataclass
class Brought:
    made: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True)
class _Row:
    """A group as a file has it; `expressions` are (language, text, only found) by their folded words."""

    line: int
    name: str
    codes: list[str]
    note: str
    expressions: dict[str, tuple[str, str, bool]] = field(default_factory=dict)


def taken_out() -> Iterator[list[str]]:
    for group in SynonymGroup.objects.prefetch_related("expressions"):
        texts = defaultdict[str, list[str]](list)
        for one in group.expressions.all():
            texts[one.language].append(f"({one.text})" if one.only_found else one.text)
        yield [group.name, "; ".join(group.codes), group.note, *("; ".join(texts[code]) for code in CODE_NAMES)]


def bring(columns: list[str], rows: Iterable[sheets.Row]) -> Brought:
    """Make each group of the file what the file says; a group that it doesn't name stays as it is. All of it or nothing.

    Raises NotBrought.
    """
    unknown = [name for name in columns if name not in {column.name for column in COLUMNS}]
    if unknown or "group" not in columns:
        raise NotBrought([gettext("The columns are: %(columns)s.") % {"columns": ", ".join(column.name for column in COLUMNS)}])
    faults: list[str] = []
    read = [_read(row, faults) for row in rows]
    with transaction.atomic():
        _hold()
        named = SynonymGroup.objects.filter(name__in=[row.name for row in read])
        there = {group.name: group for group in named.prefetch_related("expressions")}
        whole = [_completed(row, there.get(row.name), columns, faults) for row in read]
        faults += _doubles(whole)
        if faults:
            raise NotBrought(faults)
        return _write(whole, there)


def _hold() -> None:
    """Nobody else writes synonyms until the transaction ends, so nobody takes an expression meanwhile, for a new group either: every
    writer changes the version first (migrations/0028_synonyms_version.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM hub_synonyms_version FOR UPDATE")


def _fault(line: int, words: str) -> str:
    return gettext("Line %(line)d: %(fault)s") % {"line": line, "fault": words}


def _read(row: sheets.Row, faults: list[str]) -> _Row:
    def fault(words: str) -> None:
        faults.append(_fault(row.line, words))

    if row.cells.get(sheets.SURPLUS):
        fault(gettext("The row has more cells than there are columns. Does a text with a comma in it lack its quotation marks?"))
    found = _Row(row.line, row.cells["group"], _parts(row.cells.get("leads_to", "")), row.cells.get("note", ""))
    for code in sorted(set(found.codes) - set(CODES)):
        fault(gettext("“%(code)s” is no value of a filter.") % {"code": code})
    try:
        SynonymGroup(name=found.name, note=found.note).clean_fields()
    except ValidationError as error:
        fault(" ".join(error.messages))
    if len(found.note) > LONGEST_NOTE:
        fault(gettext("The note has more than %(most)s characters.") % {"most": f"{LONGEST_NOTE:,}"})
    texts = [(code, each) for code in CODE_NAMES for each in _parts(row.cells.get(code, ""))]
    for (language, text), folded in zip(texts, as_compared([text for _code, text in texts]), strict=True):
        bare, only_found = (text[1:-1].strip(), True) if text.startswith("(") and text.endswith(")") else (text, False)
        if not 1 <= len(folded.split()) <= MOST_WORDS or len(bare) > 120:
            fault(gettext("“%(text)s” has not one to eight words.") % {"text": text[:60]})
        elif folded in found.expressions:
            fault(gettext("“%(text)s” stands there twice.") % {"text": text})
        found.expressions[folded] = (language, bare, only_found)
    return found


def _completed(row: _Row, group: SynonymGroup | None, columns: list[str], faults: list[str]) -> _Row:
    """The row with what its group has where the file has no column."""
    kept: dict[str, tuple[str, str, bool]] = {}
    for one in group.expressions.all() if group else ():
        if one.language in columns:
            continue
        if one.folded in row.expressions:
            words = gettext("“%(text)s” is in the group already, in a language for which the file has no column.")
            faults.append(_fault(row.line, words % {"text": row.expressions[one.folded][1]}))
        kept[one.folded] = (one.language, one.text, one.only_found)
    whole = replace(row, expressions=row.expressions | kept)
    if group:
        whole = replace(
            whole,
            codes=row.codes if "leads_to" in columns else group.codes,
            note=row.note if "note" in columns else group.note,
        )
    if not whole.expressions:
        faults.append(_fault(row.line, gettext("The group has no expression.")))
    return whole


def _parts(cell: str) -> list[str]:
    return [each.strip() for each in cell.split(";") if each.strip()]


def _doubles(rows: list[_Row]) -> Iterator[str]:
    """Groups named twice, and expressions that two groups would be asked by."""
    names = {row.name for row in rows}
    groups = dict(Expression.objects.filter(only_found=False).exclude(group__name__in=names).values_list("folded", "group__name"))
    seen = set[str]()
    for row in rows:
        if row.name in seen:
            yield _fault(row.line, gettext("“%(text)s” stands there twice.") % {"text": row.name})
        seen.add(row.name)
        for folded, (_language, text, only_found) in row.expressions.items():
            if only_found:
                continue
            if (other := groups.setdefault(folded, row.name)) != row.name:
                words = gettext("“%(text)s” is in the group “%(group)s” as well.") % {"text": text, "group": other}
                yield _fault(row.line, words)


def _write(rows: list[_Row], there: dict[str, SynonymGroup]) -> Brought:
    """`there` are the rows' groups that there were, by their names."""
    brought = Brought()
    wanted: list[tuple[SynonymGroup, _Row]] = []
    for row in rows:
        group = there.get(row.name)
        if group is None:
            wanted.append((SynonymGroup.objects.create(name=row.name, codes=row.codes, note=row.note), row))
            brought.made += 1
        elif _differs(group, row):
            SynonymGroup.objects.filter(pk=group.pk).update(codes=row.codes, note=row.note)
            _keep_only(group, row)  # all that goes, before anything comes: an expression may change its group
            wanted.append((group, row))
            brought.changed += 1
        else:
            brought.same += 1
    for group, row in wanted:
        kept = set(group.expressions.values_list("folded", flat=True))
        Expression.objects.bulk_create(
            Expression(group=group, language=language, text=text, only_found=only_found)
            for folded, (language, text, only_found) in row.expressions.items()
            if folded not in kept
        )
    return brought


def _differs(group: SynonymGroup, row: _Row) -> bool:
    now = {one.folded: (one.language, one.text, one.only_found) for one in group.expressions.all()}
    return (group.codes, group.note, now) != (row.codes, row.note, row.expressions)


def _keep_only(group: SynonymGroup, row: _Row) -> None:
    for one in group.expressions.all():
        if row.expressions.get(one.folded) != (one.language, one.text, one.only_found):
            one.delete()
