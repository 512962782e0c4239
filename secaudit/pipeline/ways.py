"""Ways in: for each endpoint where to connect, through whom, as whom, and with which credentials.

For each of them the first source that says it wins: the command line, the inventory's access, ``credentials.yaml`` of the
workspace, the operator's ``~/.ssh/config``, the default (docs/access.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from secaudit.errors import DataError, Problem
from secaudit.inventory.addresses import parse_ip
from secaudit.messages import msg
from secaudit.model.inventory import Access, Endpoint, Inventory
from secaudit.model.secret import Secret
from secaudit.pipeline.logins import SSH_JUMP
from secaudit.transport import Credentials, KeyFile, Target
from secaudit.transport.ssh_config import Settings, SshConfig
from secaudit.transport.ssh_config_words import Hop, Place

MOST_HOPS = 5
"""Jump hosts on the way to one machine."""


@dataclass(frozen=True, slots=True)
class Login:
    """Resolved credentials of one group of machines."""

    user: str | None = None
    keys: tuple[Path, ...] | None = None
    agent: bool | None = None
    password: Secret | None = None


@dataclass(frozen=True)
class Logins:
    """Whose credentials are whose."""

    default: Login = Login()
    agencies: Mapping[str, Login] = field(default_factory=lambda: MappingProxyType({}))
    jumps: Mapping[str, Login] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says."""

    own: str
    """The account of the person who runs the program: the last resort."""
    user: str | None = None
    keys: tuple[KeyFile, ...] = ()
    agent: bool = True
    password: Secret | None = None
    passphrase: Secret | None = None
    """For key files that other sources name."""


class _NoWayError(Exception):
    """There is no way in; the text is English and kept as the outcome's detail."""


class Ways:
    """The ways to the machines of one inventory."""

    def __init__(self, inventory: Inventory, asked: Asked, logins: Logins | None = None, ssh: SshConfig | None = None) -> None:
        """Nothing is asked of the network here."""
        self._inventory = inventory
        self._asked = asked
        self._logins = logins or Logins()
        self._ssh = ssh or SshConfig()
        self._kept: dict[Credentials, Credentials] = {}

    def find(self, endpoint: Endpoint) -> tuple[Target | None, str]:
        """Where and as whom to ask; else None and why not, in English. DataError for a way that leads through itself."""
        try:
            return self._target(endpoint, (), as_jump=False), ""
        except _NoWayError as none:
            return None, str(none)

    def credentials(self, endpoints: Iterable[Endpoint]) -> tuple[Credentials, ...]:
        """All that the machines and the jump hosts before them may be offered, each once."""
        found: dict[Credentials, None] = {}
        for endpoint in endpoints:
            target = self.find(endpoint)[0]
            while target is not None:
                if target.credentials is not None:
                    found[target.credentials] = None
                target = target.jump
        return tuple(found)

    def _target(self, endpoint: Endpoint, behind: tuple[str, ...], *, as_jump: bool) -> Target:
        access = self._inventory.access_of(endpoint)
        if endpoint.address is None:
            raise _NoWayError(f"the jump host {endpoint.id} has no address" if as_jump else "no address is declared")
        if endpoint.id in behind or len(behind) > MOST_HOPS:
            raise self._endless(endpoint, behind)
        agency = self._inventory.agency_of_endpoint[endpoint.id].agency.id
        login = self._login(agency, endpoint.id if as_jump else None)
        user = (None if as_jump else self._asked.user) or access.user or login.user
        settings = self._ssh.lookup(endpoint.address, user)
        if settings.command_at is not None and access.via is None:
            raise _NoWayError(f"{settings.command_at} asks for a ProxyCommand, which is never run")
        return Target(
            # An address that the inventory gives stands; a name may stand for another one.
            endpoint.address if parse_ip(endpoint.address) else settings.host or endpoint.address,
            _port(access, settings),
            user or settings.user or self._last_user(as_jump=as_jump),
            access.host_key_alias or settings.key_alias,
            name=endpoint.id,
            jump=self._jump(endpoint, access, settings, behind),
            credentials=self._credentials(login, settings, self._password(login, endpoint.id, as_jump=as_jump)),
        )

    def _jump(self, endpoint: Endpoint, access: Access, settings: Settings, behind: tuple[str, ...]) -> Target | None:
        if access.via is not None:
            jump = self._inventory.endpoints.get(access.via)
            if jump is None:
                raise _NoWayError(f"the jump host {access.via} is not in the inventory")
            return self._target(jump, (*behind, endpoint.id), as_jump=True)
        if settings.jumps_at is None:
            return None
        return self._hops(settings.jumps, settings.jumps_at, (*behind, endpoint.id, endpoint.address or ""))

    def _hops(self, hops: Sequence[Hop], at: Place, behind: tuple[str, ...]) -> Target:
        """The chain of a ProxyJump, the nearest jump host last; only the first hop's own ProxyJump counts, as in OpenSSH."""
        target: Target | None = None
        if not hops:
            raise _NoWayError(f"{at} names a jump host that cannot be one")
        for hop in hops:
            name = f"{SSH_JUMP}{hop.host.lower()}" + (f":{hop.port}" if hop.port else "")
            if name in behind or hop.host in behind or len(behind) - 2 >= MOST_HOPS:  # two of them are the machine itself
                raise _circle(at, [*behind, name])
            behind = (*behind, name)
            login = self._login(None, name)
            user = hop.user or login.user
            settings = self._ssh.lookup(hop.host, user)
            if target is None and settings.command_at is not None:
                raise _NoWayError(f"{settings.command_at} asks for a ProxyCommand, which is never run")
            if target is None and settings.jumps_at is not None:
                target = self._hops(settings.jumps, settings.jumps_at, behind)
            target = Target(
                settings.host or hop.host,
                hop.port or settings.port or 22,
                user or settings.user or self._last_user(as_jump=True),
                settings.key_alias,
                name=name,
                jump=target,
                credentials=self._credentials(login, settings, self._password(login, name, as_jump=True)),
            )
        assert target is not None
        return target

    def _login(self, agency: str | None, jump: str | None) -> Login:
        if jump is not None and jump in self._logins.jumps:
            return self._over_default(self._logins.jumps[jump])
        return self._over_default(self._logins.agencies.get(agency or "", Login()))

    def _over_default(self, login: Login) -> Login:
        default = self._logins.default
        return Login(
            login.user or default.user,
            default.keys if login.keys is None else login.keys,
            default.agent if login.agent is None else login.agent,
            login.password or default.password,
        )

    def _password(self, login: Login, name: str, *, as_jump: bool) -> Secret | None:
        """A jump host is offered a password only where one is meant for it by name: those of the machines pass it by."""
        if as_jump:
            return self._logins.jumps[name].password if name in self._logins.jumps else None
        return self._asked.password or login.password

    def _credentials(self, login: Login, settings: Settings, password: Secret | None) -> Credentials:
        passphrase = self._asked.passphrase
        keys = self._asked.keys
        if not keys and login.keys is not None:
            keys = tuple(KeyFile(path, passphrase) for path in login.keys)
        elif not keys:
            keys = tuple(KeyFile(path, passphrase, optional=True, place=str(place)) for path, place in settings.identities)
        agent = self._asked.agent and login.agent is not False and settings.agent
        made = Credentials(keys, agent, password, only=settings.identities_only)
        return self._kept.setdefault(made, made)

    def _last_user(self, *, as_jump: bool) -> str:
        return (self._asked.user if as_jump else None) or self._asked.own

    def _endless(self, endpoint: Endpoint, behind: tuple[str, ...]) -> DataError:
        agency = self._inventory.agency_of_endpoint[endpoint.id].agency.id
        problem = _circle(Place(self._inventory.sources.get(agency, agency), 0), [*behind, endpoint.id]).problems[0]
        return DataError([replace(problem, line=None, field=f"endpoints.{endpoint.id}.access.via")])


def _port(access: Access, settings: Settings) -> int:
    return access.port if "port" in access.model_fields_set else settings.port or access.port


def _circle(at: Place, way: Sequence[str]) -> DataError:
    shown = " > ".join(name for name in way if name)
    return DataError(
        [
            Problem(
                msg("The way through jump hosts leads through itself, or through more than {count}", count=MOST_HOPS),
                path=at.path,
                line=at.line,
                found=shown[:200],
                hint=msg("name at most {count} jump hosts, each once; Host !jump * leaves a jump host out", count=MOST_HOPS),
            )
        ]
    )
