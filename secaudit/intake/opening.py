"""Blocks -> answers that the collector of an agency made: key, content, collector, code of authentication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from secaudit.intake.answers import FIRST_LINE, Content, MalformedError, read_content
from secaudit.intake.blocks import RawBlock
from secaudit.intake.cms import NoEnvelopeError, NotOpenedError, open_envelope, pair_for
from secaudit.intake.keys import KeyPair
from secaudit.messages import Message, msg
from secaudit.model.courier import TOKEN, Answer, AnswerProblem, Courier, Place, Refused
from secaudit.model.secret import Secret

_NEW_COURIER = msg(
    "make the agency a new collector: secaudit courier make --agency ID; or take the file to whoever made this one"
)
_AGAIN = msg("run the collector on that machine again; if it says the same, make a new one: secaudit courier make")


class RefusedError(Exception):
    """An answer is not taken; ``problem`` says why."""

    def __init__(self, problem: AnswerProblem) -> None:
        """For the list of everything refused."""
        super().__init__(str(problem.message))
        self.problem = problem


def refuse(reason: Refused, place: Place, what: Message, hint: Message | None = None, *, agency: str = "") -> RefusedError:
    """The error to raise."""
    return RefusedError(AnswerProblem(reason, place, what, hint, agency))


@dataclass
class Opener:
    """Opens answers with the province's keys, each of which is opened once and only when something is sealed to it."""

    pairs: Sequence[KeyPair]
    passphrase: Secret
    couriers: Mapping[str, Courier]
    where: str
    """The key file, for messages."""
    _keys: dict[str, RSAPrivateKey] = field(default_factory=dict)
    _tokens: dict[str, Secret | None] = field(default_factory=dict)

    def open(self, block: RawBlock) -> Answer:
        """The answer in a block; RefusedError when it is none that may be taken, UsageError for a wrong passphrase."""
        content = self._content(block)
        fields = content.fields
        courier = self.couriers.get(fields["courier"])
        if courier is None:
            what = msg("it was made by a collector ({id}) that this workspace did not make", id=fields["courier"])
            raise refuse(Refused.UNKNOWN_COURIER, block.place, what, _NEW_COURIER)
        token = self._token(courier)
        if token is None:
            what = msg("the token of its collector ({id}) does not open with the keys of this workspace", id=courier.id)
            raise refuse(Refused.UNKNOWN_COURIER, block.place, what, _NEW_COURIER, agency=courier.agency)
        if not content.is_by(token):
            what = msg("it was not made by the collector it names ({id}): its code of authentication is wrong", id=courier.id)
            raise refuse(Refused.OUTSIDER, block.place, what, _OUTSIDER, agency=courier.agency)
        if fields["agency"] != courier.agency or fields["period"] != courier.period:
            raise refuse(Refused.FOREIGN_AGENCY, block.place, _foreign(fields, courier), _NEW_COURIER, agency=courier.agency)
        return Answer(
            place=Place(block.place.file, block.place.block, fields["machine"]),
            agency=courier.agency,
            period=courier.period,
            courier=courier.id,
            machine=fields["machine"],
            time=content.time,
            nonce=fields["nonce"],
            platform="windows" if fields["platform"] == "windows" else "posix",
            name=fields["name"].strip(),
            body=fields["body"],
            mac=fields["mac"],
            block=block.text,
        )

    def _content(self, block: RawBlock) -> Content:
        try:
            pair = pair_for(block.envelope, self.pairs)
            if pair is None:
                raise NotOpenedError
            data = open_envelope(block.envelope, pair.certificate, self._key(pair))
        except NoEnvelopeError:
            what = msg("it is not sealed as a collector seals its answers")
            raise refuse(Refused.MALFORMED, block.place, what, _AGAIN) from None
        except NotOpenedError:
            raise refuse(Refused.WRONG_KEY, block.place, _CLOSED, _NEW_COURIER) from None
        if not data.startswith(FIRST_LINE):
            # A wrong key that by chance leaves right padding looks like any other wrong key.
            raise refuse(Refused.WRONG_KEY, block.place, _CLOSED, _NEW_COURIER)
        try:
            return read_content(data)
        except MalformedError as error:
            raise refuse(Refused.MALFORMED, block.place, error.message, _AGAIN) from None

    def _key(self, pair: KeyPair) -> RSAPrivateKey:
        name = pair.certificate.fingerprint
        if name not in self._keys:
            self._keys[name] = pair.open(self.passphrase, where=self.where)
        return self._keys[name]

    def _token(self, courier: Courier) -> Secret | None:
        if courier.id not in self._tokens:
            self._tokens[courier.id] = self._opened_token(courier)
        return self._tokens[courier.id]

    def _opened_token(self, courier: Courier) -> Secret | None:
        try:
            pair = pair_for(courier.token, self.pairs)
            if pair is None:
                return None
            text = open_envelope(courier.token, pair.certificate, self._key(pair)).decode("ascii")
        except (NoEnvelopeError, NotOpenedError, UnicodeDecodeError):
            return None
        return Secret(text) if TOKEN.fullmatch(text) else None


_CLOSED = msg("it does not open with the keys of this workspace")
_OUTSIDER = msg("somebody without the collector made or changed it: ask the agency where the file comes from")


def _foreign(fields: Mapping[str, str], courier: Courier) -> Message:
    return msg(
        "it says that it is of agency {agency} and period {period}, but its collector was made for {own} and {own_period}",
        agency=fields["agency"],
        period=fields["period"],
        own=courier.agency,
        own_period=courier.period,
    )
