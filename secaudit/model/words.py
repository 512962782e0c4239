"""Words of the vocabulary (practice.md 11) as translatable messages: one table for console and report."""

from secaudit.messages import Message, msgc
from secaudit.model.finding import Verdict
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Sight

VERDICTS: dict[Verdict, Message] = {
    Verdict.PASS: msgc("verdict", "pass"),
    Verdict.FAIL: msgc("verdict", "fail"),
    Verdict.UNKNOWN: msgc("verdict", "unknown"),
    Verdict.NOT_APPLICABLE: msgc("verdict", "not applicable"),
    Verdict.MANUAL: msgc("verdict", "manual"),
}

DECISIONS: dict[Decision, Message] = {
    Decision.MET: msgc("decision", "met"),
    Decision.MISSED: msgc("decision", "missed"),
    Decision.UNDECIDED: msgc("decision", "undecided"),
    Decision.NOT_APPLICABLE: msgc("decision", "not applicable"),
}

SIGHTS: dict[Sight, Message] = {
    Sight.SEEN: msgc("sight", "seen"),
    Sight.NO_WAY_IN: msgc("sight", "no way in"),
    Sight.DNS: msgc("sight", "name not found"),
    Sight.REFUSED: msgc("sight", "connection refused"),
    Sight.TIMEOUT: msgc("sight", "no answer (off or blocked)"),
    Sight.NO_ROUTE: msgc("sight", "no route"),
    Sight.BANNER: msgc("sight", "port open but not SSH"),
    Sight.HOST_KEY: msgc("sight", "host key unknown or changed"),
    Sight.AUTH: msgc("sight", "login refused"),
    Sight.CHANNEL: msgc("sight", "session refused"),
    Sight.SHELL: msgc("sight", "command not run"),
    Sight.SUDO: msgc("sight", "administrator rights missing"),
    Sight.TRUNCATED: msgc("sight", "answer cut off"),
    Sight.PROTOCOL: msgc("sight", "answer malformed"),
    Sight.INTERNAL: msgc("sight", "internal error"),
}
