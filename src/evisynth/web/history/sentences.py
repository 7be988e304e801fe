"""What an event did, as people say it: a sentence where the event is of a known kind, and what is left of it as a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evisynth.store.team import STAGE_NAMES
from evisynth.web.templatetags.told import in_words

NOTHING: tuple[Any, ...] = ("", None, 0, False, [], {})
SHOWN_RECORDS = 20  # of an event about many
Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words.

    sentence : what was done; "" where the kind of the event alone says it.
    changes  : (field, before, after) of what is another now.
    facts    : (field, value) of what else the event says; zeros and empty values are left out, for they say nothing.
    records  : of an event about many records, (record, what was decided).
    """

    sentence: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    records: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> int:
        """How many records beside the first ones there are."""
        return max(0, len(self.records) - SHOWN_RECORDS)

    @property
    def first_records(self) -> tuple[tuple[str, str], ...]:
        return self.records[:SHOWN_RECORDS]


def told(what: str, before: Any, after: Any) -> Told:
    """An event of this kind, with what it says of before and after, in words."""
    if isinstance(after, list):
        records = tuple(
            (str(part.get("record", "")), _decided(part)) for part in after if isinstance(part, dict)
        )
        return Told(f"{len(records)} records at once", records=records)
    old, new = _flat(before), _flat(after)
    say = SENTENCES.get(what)
    try:
        sentence = say(old, new) if say else ""
    except (AttributeError, KeyError, TypeError, ValueError):  # of another version, or of a folder
        old, new, sentence = _flat(before), _flat(after), ""
    changes = [
        (name, in_words(old.pop(name)) or "nothing", in_words(new.pop(name)) or "nothing")
        for name in [*new]
        if name in old and old[name] != new[name]
    ]
    same = {name for name in new if old.get(name) == new[name]} if sentence else set()
    left = {name: value for name, value in (old | new).items() if value not in NOTHING and name not in same}
    facts = [(name, in_words(value)) for name, value in left.items()]
    return Told(sentence, tuple(changes), tuple((name, text) for name, text in facts if text))


def _flat(side: Any) -> Given:
    """A copy of what an event says on one side, to take parts out of; that of one study without its id around it."""
    if not isinstance(side, Mapping):
        return {}
    if len(side) == 1 and isinstance(inner := next(iter(side.values())), Mapping) and "reports" in inner:
        return {"study": next(iter(side)), **inner}
    return dict(side)


def _decided(part: Given) -> str:
    """A decision with its reason and note: "exclude (other outcome), note: ..."."""
    decision = str(part.get("decision", "")).replace("withdraw", "taken back")
    reason, note = part.get("reason"), part.get("note")
    return f"{decision}{f' ({reason})' if reason else ''}{f', with the note “{note}”' if note else ''}"


def _about(part: Given) -> str:
    """Takes out of which record and stage a decision is: "medline:1 on title and abstract"."""
    stage = STAGE_NAMES.get(part.pop("stage", ""), "")
    return f"{part.pop('record')}{f' ({stage})' if stage else ''}"


def _take_decision(part: Given) -> str:
    text = _decided(part)
    for name in ("decision", "reason", "note"):
        part.pop(name, None)
    return text


def _decision(old: Given, new: Given) -> str:
    before = _take_decision(old) if old.get("decision") else ""
    old.clear()
    about = _about(new)
    return f"{about}: {_take_decision(new)}{f'; before: {before}' if before else ''}"


def _note(old: Given, new: Given) -> str:
    part = new or old
    return f"{_about(part)}: “{part.pop('text')}”"


def _label(old: Given, new: Given) -> str:
    part = new or old
    records, label = part.pop("records"), part.pop("label")
    part.pop("stage", None)
    shown = ", ".join(records[:SHOWN_RECORDS])
    return f"“{label}” on {shown}{f' and {len(records) - SHOWN_RECORDS} more' if len(records) > SHOWN_RECORDS else ''}"


def _report(old: Given, new: Given) -> str:
    new.pop("stage", None)
    for name in ("report", "record"):
        old.pop(name, None)
    words = {"yes": "is retrieved", "no": "cannot be had", "being sought": "is being sought"}
    was, now, why = old.pop("retrieved", None), new.pop("retrieved"), new.pop("reason", "")
    old.pop("reason", None)
    name = f"{new.pop('report')} of {new.pop('record')}"
    if was == now:
        return name + (f": {why}" if why else "")
    return f"{name} {words.get(now, now)}{f': {why}' if why else ''}{f'; before, it {words.get(was, was)}' if was else ''}"


def _file(old: Given, new: Given) -> str:
    part = new or old
    return f"{part.pop('file')} of {part.pop('report')}"


def _source(old: Given, new: Given) -> str:
    part = new or old
    name, key = part["name"], part.pop("source")
    if not (old and new):
        part.pop("name")
    old.pop("source", None)
    records = part.pop("records", None)
    return f"{name} ({key})" + ("" if records is None else f" with its {_many(records, 'record')}")


def _many(number: int, what: str) -> str:
    """1 record, 1,200 records."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _imported(_: Given, new: Given) -> str:
    files = "; ".join(_imported_file(each) for each in new.pop("files"))
    came = (
        f"Of {_many(new.pop('records'), 'record')} came {_many(new.pop('publications'), 'new publication')}"
    )
    there = new.pop("there_before", 0)
    of_known = ", and one is of a publication" if there == 1 else f", and {there:,} are of publications"
    return f"{files}. {came}" + (f"{of_known} of before" if there else "")


def _imported_file(file: Given) -> str:
    lost = f", {file['lost']:,} not read" if file.get("lost") else ""
    return f"{file['name']} into {file['source']} ({_many(file['records'], 'record')}{lost})"


def _joined(old: Given, new: Given) -> str:
    part = new or old
    roles = part.pop("roles") if not (old and new) else []
    name = part.pop("name")
    old.pop("name", None)
    return f"{name} as {', '.join(roles)}" if roles else str(name)


def _named(old: Given, new: Given) -> str:
    """A label or a reason by what people call it."""
    part = new if "text" in new or "name" in new else old
    name = part["text"] if "text" in part else part["name"]
    if old and new:
        return str(name)
    part.pop("text" if "text" in part else "name")
    for given in ("reason", "label"):
        part.pop(given, None)
    return str(name)


def _duplicates(old: Given, new: Given) -> str:
    pairs = [f"{pair['a']} and {pair['b']}" for pair in new.pop("pairs")]
    new.pop("decision")
    old.clear()
    why = new.pop("reason", "")
    more = f" and {len(pairs) - SHOWN_RECORDS} more pairs" if len(pairs) > SHOWN_RECORDS else ""
    return f"{'; '.join(pairs[:SHOWN_RECORDS])}{more}{f', because: {why}' if why else ''}"


def _study(old: Given, new: Given) -> str:
    part = new or old
    name = f"{part['name']} ({part.pop('study')})"
    old.pop("study", None)
    if not (old and new):
        part.pop("name")
    reports = [list(side.pop("reports", {})) for side in (old, new)]
    if not (old or reports[0]) or not new:
        mine = reports[1] or reports[0]
        return name + (f" with the report{'s' if len(mine) > 1 else ''} {', '.join(mine)}" if mine else "")
    come, gone = ([key for key in reports[one] if key not in reports[1 - one]] for one in (1, 0))
    told_come = f"; {', '.join(come)} came" if come else ""
    return name + told_come + (f"; {', '.join(gone)} went" if gone else "")


SENTENCES: dict[str, Callable[[Given, Given], str]] = {
    "vote": _decision,
    "vote withdrawn": _decision,
    "consensus": _decision,
    "consensus withdrawn": _decision,
    "note": _note,
    "note removed": _note,
    "label": _label,
    "label removed": _label,
    "report": _report,
    "file added": _file,
    "file removed": _file,
    "source added": _source,
    "source changed": _source,
    "source removed": _source,
    "records imported": _imported,
    "duplicates merged": _duplicates,
    "duplicates kept apart": _duplicates,
    "record taken out of its group": _duplicates,
    "decision about duplicates taken back": _duplicates,
    "label added": _named,
    "label changed": _named,
    "label deleted": _named,
    "reason added": _named,
    "reason renamed": _named,
    "reason deleted": _named,
    "invitation": _joined,
    "invitation withdrawn": _joined,
    "joined": _joined,
    "roles changed": _joined,
    "study made": _study,
    "study changed": _study,
    "study removed": _study,
    "report linked": _study,
    "report unlinked": _study,
    "primary report": _study,
}
