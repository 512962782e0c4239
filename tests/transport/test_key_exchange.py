"""Key exchanges chosen by a server that nobody trusts yet may not cost what stops all other machines."""

import contextlib

import pytest
from paramiko import SSHException
from paramiko.message import Message as Packet
from paramiko.transport import Transport

from secaudit.lab.map import Machine
from secaudit.lab.session import LabSession, LabTransport
from secaudit.model.outcome import Sight
from secaudit.transport import TransportFailure
from secaudit.transport.conversation import KEY_EXCHANGES, BoundedGroupExchange

HOST = "127.20.1.1"
GEX = "diffie-hellman-group-exchange-sha256"
RFC3526_2048 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)


class Group:
    """A server's choice of modulus."""

    def __init__(self, prime):
        self.prime = prime

    def get_modulus(self, *_bits):
        return 2, self.prime


@pytest.fixture(name="gex_only")
def servers_offer_group_exchange_only(monkeypatch):
    """Sets the group that the lab's servers choose."""

    def choose(prime):
        monkeypatch.setattr(LabTransport, "_preferred_kex", (GEX,))
        monkeypatch.setattr(Transport, "_modulus_pack", Group(prime))

    return choose


def test_a_server_that_knows_nothing_better_is_still_seen(bench_with, gex_only):
    gex_only(RFC3526_2048)
    assert bench_with({HOST: Machine(answer="x")}).ask(HOST).exit_status == 0


def test_a_huge_group_is_refused_before_anything_is_computed(bench_with, gex_only):
    gex_only(RFC3526_2048 << 6000 | 1)
    with pytest.raises(TransportFailure) as caught:
        bench_with({HOST: Machine(answer="x")}).ask(HOST)
    assert caught.value.sight is Sight.PROTOCOL
    assert "bits" in caught.value.detail


@pytest.mark.parametrize("bits", [BoundedGroupExchange.max_bits + 1, 8192])
def test_the_bound_itself(bits):
    packet = Packet()
    packet.add_mpint(1 << (bits - 1) | 1)
    packet.add_mpint(2)
    packet.rewind()
    with pytest.raises(SSHException, match=str(bits)):
        BoundedGroupExchange(None)._parse_kexdh_gex_group(packet)


@pytest.mark.parametrize(("times", "honest"), [(KEY_EXCHANGES - 1, True), (KEY_EXCHANGES + 3, False)])
def test_a_machine_may_renew_its_keys_but_not_without_end(bench_with, monkeypatch, times, honest):
    """One that was confirmed, and is not honest, may not keep us computing either."""
    renewed = []
    serve = LabSession._serve

    def renew_then_serve(self, channel, transport):
        with contextlib.suppress(SSHException, EOFError):
            for _ in range(times):
                transport.renegotiate_keys()
                renewed.append(transport)
            serve(self, channel, transport)

    monkeypatch.setattr(LabSession, "_serve", renew_then_serve)
    bench = bench_with({HOST: Machine(answer="x")})
    if honest:
        assert bench.ask(HOST).stdout.startswith(bench.answer)
    else:
        with pytest.raises(TransportFailure) as caught:
            bench.ask(HOST)
        assert caught.value.sight is Sight.CHANNEL
    assert len(renewed) == KEY_EXCHANGES - 1
